// One variant of the SSIM kernel; included once per instruction set with SSIM_NAME and SSIM_TARGET defined. All arithmetic
// is exact in integers up to the last quotient, and sums run in eight fixed lanes, so the variants give the same bits.

// sums[0...2] += lane sums of one row of the map
SSIM_TARGET static void SSIM_NAME(add_row)(const double *restrict map, const uint8_t *restrict foreground,
                                           int32_t width, double (*restrict lanes)[8]) {
    const int32_t n = 3 * width;
    int32_t i = 0;
    for (; i + 8 <= n; i += 8)
        for (int32_t l = 0; l < 8; ++l) lanes[0][l] += map[i + l];
    for (int32_t l = 0; i < n; ++i, ++l) lanes[0][l] += map[i];
    if (!foreground) return;
    for (int32_t x = 0; x < width; ++x) {
        const double s = (map[3 * x] + map[3 * x + 1]) + map[3 * x + 2];
        lanes[foreground[x] ? 1 : 2][x & 7] += s;
    }
}

// The columns of the five moment sums gain row `add` and lose row `drop`.
SSIM_TARGET static void SSIM_NAME(slide)(ssim_columns k, const uint8_t *restrict xa, const uint8_t *restrict ya,
                                         const uint8_t *restrict xd, const uint8_t *restrict yd, int32_t n) {
    int32_t *restrict sx = k.x, *restrict sy = k.y, *restrict squares = k.squares, *restrict products = k.products;
    for (int32_t i = 0; i < n; ++i) {
        const int32_t a = xa[i], b = ya[i], c = xd[i], d = yd[i];
        sx[i] += a - c;
        sy[i] += b - d;
        squares[i] += a * a + b * b - c * c - d * d;
        products[i] += a * b - c * d;
    }
}

// One row of the map from the columns' sums; k points at pixel 0 and has three mirrored pixels either side.
SSIM_TARGET static void SSIM_NAME(map_row)(ssim_columns k, int32_t n, double c1, double c2, double *restrict map) {
    const int32_t *restrict sx = k.x, *restrict sy = k.y, *restrict squares = k.squares, *restrict products = k.products;
    const double k1 = 2401 * c1, k2 = 2352 * c2;
    for (int32_t i = 0; i < n; ++i) {
        int32_t mx = 0, my = 0, q = 0, p = 0;
        for (int32_t j = -9; j <= 9; j += 3) {
            mx += sx[i + j];
            my += sy[i + j];
            q += squares[i + j];
            p += products[i + j];
        }
        // 2401 mu_x mu_y, 2401 (mu_x^2 + mu_y^2), 2352 cov, 2352 (var_x + var_y): integers that fit 32 bits
        const int32_t a = mx * my, b = mx * mx + my * my, cov = 49 * p - a, var = 49 * q - b;
        const double above = ((double)(2 * a) + k1) * ((double)(2 * cov) + k2);
        const double below = ((double)b + k1) * ((double)var + k2);
        map[i] = above / below;
    }
}

SSIM_TARGET static void SSIM_NAME(sums)(const uint8_t *restrict x, const uint8_t *restrict y,
                                        const uint8_t *restrict foreground, int32_t width, int32_t height,
                                        double c1, double c2, double *restrict sums, void *scratch) {
    const int32_t n = 3 * width;
    const ssim_columns k = ssim_columns_in(scratch, width);
    double *map = (double *)scratch;
    const uint8_t *zero = (const uint8_t *)ssim_zero_row(scratch, width);
    double lanes[3][8] = {{0}};
    for (int32_t r = -4; r <= 2; ++r) {  // rows -4...2: the first step below then adds row 3 and drops row -4
        const size_t at = (size_t)n * (size_t)ssim_mirrored(r, height);
        SSIM_NAME(slide)(k, x + at, y + at, zero, zero, n);
    }
    for (int32_t row = 0; row < height; ++row) {
        const size_t in = (size_t)n * (size_t)ssim_mirrored(row + 3, height);
        const size_t out = (size_t)n * (size_t)ssim_mirrored(row - 4, height);
        SSIM_NAME(slide)(k, x + in, y + in, x + out, y + out, n);
        ssim_mirror_ends(k, width);
        SSIM_NAME(map_row)(k, n, c1, c2, map);
        SSIM_NAME(add_row)(map, foreground ? foreground + (size_t)row * (size_t)width : 0, width, lanes);
    }
    for (int r = 0; r < 3; ++r)
        sums[r] = ((lanes[r][0] + lanes[r][4]) + (lanes[r][2] + lanes[r][6])) +
                  ((lanes[r][1] + lanes[r][5]) + (lanes[r][3] + lanes[r][7]));
}
