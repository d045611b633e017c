package io.flotilla.simulator.digits;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class DigitsTest {
  private static final Digits DIGITS = Digits.load();

  @Test
  void hasAllRowsInFileOrder() {
    assertThat(DIGITS.rows()).hasSize(1_797);
    assertThat(DIGITS.rows().subList(0, 10))
        .extracting(DigitRow::label)
        .containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
    assertThat(DIGITS.rows())
        .allSatisfy(
            row -> {
              for (float pixel : row.pixels()) {
                assertThat(pixel).isBetween(0f, 16f);
              }
            });
  }

  @Test
  void splitsIntoThreePartsWithoutOverlap() {
    DigitsSplit split = DIGITS.split(42);
    assertThat(split.training()).hasSize(1_000).isEqualTo(DIGITS.rows().subList(0, 1_000));
    assertThat(split.pool()).hasSize(420);
    assertThat(split.holdout()).hasSize(377);
    Set<DigitRow> seen = new HashSet<>();
    for (List<DigitRow> part : List.of(split.training(), split.pool(), split.holdout())) {
      part.forEach(row -> assertThat(seen.add(row)).isTrue());
    }
  }

  @Test
  void splitsAlikeForOneSeedAndDifferentlyForAnother() {
    assertThat(DIGITS.split(1)).isEqualTo(DIGITS.split(1));
    assertThat(DIGITS.split(1).pool()).isNotEqualTo(DIGITS.split(2).pool());
  }

  @Test
  void writesCsvWithZeroPaddedNamesAndPlainNumbers() {
    float[] pixels = new float[64];
    pixels[1] = 16;
    pixels[2] = 9.6f;
    List<String> lines =
        new String(DigitsCsv.encode(List.of(new DigitRow(pixels, 7))), StandardCharsets.UTF_8)
            .lines()
            .toList();
    assertThat(lines).hasSize(2);
    assertThat(lines.getFirst()).startsWith("pixel_00,pixel_01,").endsWith(",pixel_63,label");
    assertThat(lines.getLast()).startsWith("0,16,9.6,0,").endsWith(",0,7");
  }

  @Test
  void streamsEveryRowOncePerPassInAnOrderTheSeedDecides() {
    List<DigitRow> pool = DIGITS.split(3).pool();
    RowStream one = new RowStream(pool, new SplittableRandom(5));
    RowStream same = new RowStream(pool, new SplittableRandom(5));
    List<DigitRow> first = new ArrayList<>();
    for (int i = 0; i < 2 * pool.size(); i++) {
      first.add(one.next());
      assertThat(same.next()).isSameAs(first.getLast());
    }
    Set<DigitRow> pass = new HashSet<>(first.subList(0, pool.size()));
    assertThat(pass).hasSize(pool.size());
    assertThat(first.subList(0, pool.size()))
        .isNotEqualTo(first.subList(pool.size(), 2 * pool.size()));
  }
}
