/// The sizes of a latent video and of the grid of tokens made of it.
struct LatentGrid: Sendable, Equatable {
    /// Samples, latent frames, latent rows, latent columns.
    let samples, frames, height, width: Int
    /// Latent frames, rows and columns of one token.
    let patch: [Int]

    var tokenFrames: Int { frames / patch[0] }
    var tokenRows: Int { height / patch[1] }
    var tokenColumns: Int { width / patch[2] }
    /// Tokens of one sample.
    var tokens: Int { tokenFrames * tokenRows * tokenColumns }
    /// Latent numbers of one channel of one sample.
    var positions: Int { frames * height * width }
    var patchSize: Int { patch.reduce(1, *) }

    /// The same of so many samples.
    func with(samples: Int) -> LatentGrid {
        LatentGrid(samples: samples, frames: frames, height: height, width: width, patch: patch)
    }

    /// Copies one channel's numbers (a sample's [frames, height, width]) into the tokens' features, which lie `stride`
    /// apart: feature `offset + (k·p_h + i)·p_w + j` (spec §2.2).
    func gather(
        _ channel: UnsafePointer<Float>, into features: UnsafeMutablePointer<Float>, stride: Int, offset: Int
    ) {
        var token = features + offset
        for t in 0..<tokenFrames {
            for y in 0..<tokenRows {
                for x in 0..<tokenColumns {
                    var feature = 0
                    for k in 0..<patch[0] {
                        for i in 0..<patch[1] {
                            let row = ((t * patch[0] + k) * height + y * patch[1] + i) * width + x * patch[2]
                            for j in 0..<patch[2] {
                                token[feature] = channel[row + j]
                                feature += 1
                            }
                        }
                    }
                    token += stride
                }
            }
        }
    }

    /// Puts the features of a sample's tokens back in their places: feature `((i·p_w + j)·p_t + k)·channels + c`
    /// (spec §2.9), into [channels, frames, height, width].
    func scatter(_ features: UnsafePointer<Float>, channels: Int, into latent: UnsafeMutablePointer<Float>) {
        var token = features
        for t in 0..<tokenFrames {
            for y in 0..<tokenRows {
                for x in 0..<tokenColumns {
                    for i in 0..<patch[1] {
                        for j in 0..<patch[2] {
                            for k in 0..<patch[0] {
                                let place =
                                    ((t * patch[0] + k) * height + y * patch[1] + i) * width + x * patch[2] + j
                                for c in 0..<channels { latent[c * positions + place] = token[c] }
                                token += channels
                            }
                        }
                    }
                }
            }
        }
    }
}
