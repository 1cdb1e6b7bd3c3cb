// Hot loops of the metrics. Every kernel exists in a portable form and, where it pays, in AVX2 and AVX-512 forms; the widest
// one that the CPU supports is chosen once, before main. All variants give the same bits.
#ifndef CKERNELS_H
#define CKERNELS_H
#include <stddef.h>
#include <stdint.h>
#ifdef __cplusplus
extern "C" {
#endif
#if defined(__clang__)
#pragma clang assume_nonnull begin
#endif

typedef enum tb_isa { TB_ISA_PORTABLE = 0, TB_ISA_AVX2 = 1, TB_ISA_AVX512 = 2 } tb_isa;

/// The widest variant that this CPU runs, and that the environment variable TRANSFERBENCH_KERNELS (avx2, portable) allows.
tb_isa tb_isa_best(void);

// --- bilateral filter ------------------------------------------------------------------------------------------------

enum { TB_BILATERAL_MAX_RADIUS = 31 };

/// Fixed-point weights of one bilateral filter, in memory that the caller owns.
typedef struct tb_bilateral_tables tb_bilateral_tables;
size_t tb_bilateral_tables_bytes(void);

/// Fills `tables`; radius in 1...TB_BILATERAL_MAX_RADIUS, sigma_color 50 or more,
/// sigma_space above 0. 0, or -1 for arguments out of range.
int32_t tb_bilateral_tables_init(tb_bilateral_tables *tables, int32_t radius, double sigma_color, double sigma_space);
/// Bytes of 64-byte aligned scratch memory that one call needs.
size_t tb_bilateral_scratch_bytes(const tb_bilateral_tables *tables, int32_t width, int32_t height);
/// Blurs interleaved 8-bit RGB, rows without gaps; borders mirror without repeating the edge pixel.
void tb_bilateral(const tb_bilateral_tables *tables, const uint8_t *restrict rgb, uint8_t *restrict out, int32_t width,
                  int32_t height, void *scratch);
/// The same with one given variant, capped at what the CPU runs.
void tb_bilateral_isa(tb_isa isa, const tb_bilateral_tables *tables, const uint8_t *restrict rgb,
                      uint8_t *restrict out, int32_t width, int32_t height, void *scratch);

// --- structural similarity -------------------------------------------------------------------------------------------

/// Bytes of 64-byte aligned scratch memory that one call needs.
size_t tb_ssim_scratch_bytes(int32_t width);
/// Sums of the 7x7 uniform-window SSIM map of two interleaved 8-bit RGB frames (at least 7x7), over pixels and channels:
/// sums[0] everywhere, sums[1] where foreground[pixel] != 0, sums[2] where it is 0 (both 0 without a foreground).
/// c1 and c2 are SSIM's constants.
void tb_ssim_sums(const uint8_t *restrict x, const uint8_t *restrict y, const uint8_t *_Nullable restrict foreground,
                  int32_t width, int32_t height, double c1, double c2, double *restrict sums, void *scratch);
void tb_ssim_sums_isa(tb_isa isa, const uint8_t *restrict x, const uint8_t *restrict y,
                      const uint8_t *_Nullable restrict foreground, int32_t width, int32_t height, double c1, double c2,
                      double *restrict sums, void *scratch);

// --- resampling ------------------------------------------------------------------------------------------------------

/// What one axis is resampled with: output i is the sum over j < count[i] (1 or more) of
/// weight[i * most + j] * input[first[i] + j].
typedef struct tb_taps {
    const int32_t *first;
    const int32_t *count;
    const float *weight;
    int32_t most;
} tb_taps;

/// Numbers of scratch memory, 64-byte aligned, that one call needs.
size_t tb_resample_scratch_floats(int32_t width, int32_t height, int32_t out_width);
/// Resamples interleaved 8-bit RGB, rows without gaps, first along its rows, in float32; the result is clamped and rounded,
/// halves to even.
void tb_resample(tb_isa isa, const uint8_t *restrict rgb, int32_t width, int32_t height, const tb_taps *columns,
                 const tb_taps *rows, uint8_t *restrict out, int32_t out_width, int32_t out_height,
                 float *restrict scratch);

// --- counts over frames ----------------------------------------------------------------------------------------------

/// Smallest and largest byte of n >= 1.
void tb_byte_range(const uint8_t *restrict x, size_t n, uint8_t *restrict low, uint8_t *restrict high);
/// Sums over n RGB pixels of (x-y)^2 and of (x-y)^2 mod 256; squares[0...2] and wrapped[0...2] everywhere, in the
/// foreground, outside it.
void tb_squared_error(const uint8_t *restrict x, const uint8_t *restrict y, const uint8_t *_Nullable restrict foreground,
                      size_t pixels, uint64_t *restrict squares, uint64_t *restrict wrapped);
/// Pixels of two edge maps (0 or not): counts[region][0] in both, [1] only in y, [2] only in x; regions as above.
void tb_edge_counts(const uint8_t *restrict x, const uint8_t *restrict y, const uint8_t *_Nullable restrict foreground,
                    size_t pixels, uint64_t (*restrict counts)[3]);
/// counts[region * 65536 + x_label * 256 + y_label] += 1 for every pixel, region 0 outside the foreground (or without one), 1 inside.
void tb_label_histogram(const uint8_t *restrict x, const uint8_t *restrict y,
                        const uint8_t *_Nullable restrict foreground, size_t pixels, uint32_t *restrict counts);

#if defined(__clang__)
#pragma clang assume_nonnull end
#endif
#ifdef __cplusplus
}
#endif

#include "DistanceKernels.h"
#include "MatrixKernels.h"
#include "NetworkKernels.h"
#include "QualityKernels.h"
#include "TokenizerKernels.h"
#endif
