internal import Experiment

/// Tells a dataset from a folder of generated videos, where a command line has one in the other's place.
struct SwappedFolders {
    let dataset: DatasetFolder
    let folder: VideosFolder

    /// A sentence where the two are swapped beyond doubt; nil elsewhere.
    /// - Parameter isUnmatched: no video of the folder belongs to any clip.
    func refusal(isUnmatched: Bool) -> String? {
        guard folder.isWhole, folder.path != dataset.path else { return nil }
        if isFolder(folder.path + "/captions"), !isFolder(dataset.path + "/captions") {
            return
                "--dataset and --videos look swapped: \(folder.path) has captions, as a dataset has, and \(dataset.path) "
                + "has none; name the folder of the references with --dataset"
        }
        guard isUnmatched, let example = namedAfterVideos else { return nil }
        return "--dataset and --videos look swapped: every reference of \(dataset.path) is named after a video of "
            + "\(folder.path), as \(example); name the folder of the references with --dataset"
    }

    /// What to know where the names alone say so.
    var doubt: String? {
        guard folder.isWhole, folder.path != dataset.path else { return nil }
        return namedAfterVideos.map {
            "every reference is called after a video of '\(folder.configuration)', as \($0): if the references are in the "
                + "videos' place, swap --dataset and --videos"
        }
    }

    /// An example, where each reference is a video's clip, and some of them is a variant of it.
    private var namedAfterVideos: String? {
        let videos = Set(folder.videos.map(stem))
        var example: String?
        for reference in dataset.clips.sorted() where !videos.contains(reference) {
            let clip = clipAndPrompt(reference, clips: videos).clip
            guard videos.contains(clip) else { return nil }
            example = example ?? "\(reference) after \(clip)"
        }
        return example
    }
}

/// What a pair of equal files is told.
let sameFileWarning =
    "the generated video is its reference, byte for byte: the values are perfect for that reason alone"
