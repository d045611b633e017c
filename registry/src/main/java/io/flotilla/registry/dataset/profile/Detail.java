package io.flotilla.registry.dataset.profile;

/**
 * How much is kept for each column, so that memory and the stored profile stay bounded for tables
 * of thousands of columns too. Depends on the number of columns alone, so the parts of a table have
 * the same.
 *
 * @param cells of {@link Cells} while rows come: 256 to 4096
 * @param hashes of {@link DistinctValues}: 256 to 2048
 * @param values of {@link ValueCounts}: 32 to 1000
 * @param bins of a histogram: 16 to 64
 * @param keptCells of the profile: 16 to 128
 * @param keptValues of the profile: 2 to 100
 */
record Detail(int cells, int hashes, int values, int bins, int keptCells, int keptValues) {
  static Detail forColumns(int columns) {
    return new Detail(
        Math.clamp((1 << 20) / columns, 256, 4096),
        Math.clamp((1 << 20) / columns, 256, 2048),
        Math.clamp((1 << 18) / columns, 32, 1000),
        Math.clamp((1 << 16) / columns, 16, 64),
        Math.clamp((1 << 16) / columns, 16, 128),
        Math.clamp((1 << 13) / columns, 2, 100));
  }
}
