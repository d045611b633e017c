package io.flotilla.registry.dataset.profile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.flotilla.registry.codec.RecordCodec;
import io.flotilla.registry.dataset.table.Column;
import io.flotilla.registry.dataset.table.ColumnType;
import io.flotilla.registry.dataset.table.TextValues;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;

class ProfileComparisonTest {
  @Test
  void tableDoesNotDifferFromItself() {
    DatasetProfile profile = profile("a,b,c", 500, i -> "%d,%s,v%d".formatted(i, i / 7.0, i % 4));

    ProfileComparison same = ProfileComparison.between(profile, profile);

    assertThat(same.columns()).hasSize(3);
    assertThat(same.columns()).allSatisfy(column -> assertThat(column.effect()).isZero());
    assertThat(same.words()).isEmpty();
  }

  @Test
  void columnsAreRankedByEffect() {
    Random random = new Random(1);
    DatasetProfile before =
        profile(
            "far,near,same,gone",
            2000,
            i ->
                "%s,%s,%s,1"
                    .formatted(
                        random.nextGaussian(), random.nextGaussian(), random.nextGaussian()));
    DatasetProfile after =
        profile(
            "far,near,same,added",
            2000,
            i ->
                "%s,%s,%s,2"
                    .formatted(
                        random.nextGaussian() + 2,
                        random.nextGaussian() + 0.5,
                        random.nextGaussian()));

    ProfileComparison comparison = ProfileComparison.between(before, after);

    assertThat(comparison.columns().stream().map(ColumnChange::column))
        .containsExactly("added", "gone", "far", "near", "same");
    ColumnChange far = comparison.columns().get(2);
    assertThat(far.numeric().orElseThrow().meanShift().orElseThrow()).isCloseTo(2, within(0.1));
    assertThat(far.numeric().orElseThrow().quantiles().p50()).isCloseTo(2, within(0.15));
    assertThat(far.effect()).isBetween(0.4, 0.6);
    assertThat(comparison.columns().getLast().effect()).isLessThan(0.02);
    assertThat(comparison.columns().getFirst().before()).isEmpty();
    assertThat(comparison.columns().getFirst().after()).contains(ColumnType.INTEGER);
    assertThat(comparison.words())
        .hasSize(4)
        .startsWith("added: the column is new, of type integer.", "gone: the column is gone.");
    assertThat(comparison.words().get(2)).startsWith("far: the mean rose from ");
  }

  @Test
  void divergencesAreThoseOfTheFormulas() {
    Divergence divergence = Divergence.between(new long[] {30, 70, 0}, new long[] {50, 40, 10});

    // By hand, with 0.5 added to each of three bins for the index.
    double psi = 0;
    double[] p = {30.5 / 101.5, 70.5 / 101.5, 0.5 / 101.5};
    double[] q = {50.5 / 101.5, 40.5 / 101.5, 10.5 / 101.5};
    for (int i = 0; i < 3; i++) {
      psi += (q[i] - p[i]) * Math.log(q[i] / p[i]);
    }
    assertThat(divergence.psi()).isCloseTo(psi, within(1e-12));
    double entropyOfMiddle = entropy(0.4, 0.55, 0.05);
    double middleOfEntropies = (entropy(0.3, 0.7) + entropy(0.5, 0.4, 0.1)) / 2;
    assertThat(divergence.jensenShannon())
        .isCloseTo(entropyOfMiddle - middleOfEntropies, within(1e-12));
    assertThat(Divergence.between(new long[] {5, 0}, new long[] {0, 9}).jensenShannon())
        .isEqualTo(1);
  }

  private static double entropy(double... shares) {
    return -Arrays.stream(shares).map(s -> s * Math.log(s) / Math.log(2)).sum();
  }

  @Test
  void newAndVanishedValuesAreNamed() {
    ProfileComparison comparison =
        ProfileComparison.between(
            profile("fruit", 100, i -> i < 75 ? "apple" : "pear"),
            profile("fruit", 200, i -> i < 150 ? "apple" : "grape"));

    ValueShift shift = comparison.columns().getFirst().values().orElseThrow();
    assertThat(shift.appeared()).containsExactly(new ValueCount("grape", 50));
    assertThat(shift.vanished()).containsExactly(new ValueCount("pear", 25));
    assertThat(shift.divergence().jensenShannon()).isCloseTo(0.25, within(1e-12));
    assertThat(comparison.words())
        .containsExactly(
            "fruit: new values: \"grape\" (25.0 %).",
            "fruit: values that are gone: \"pear\" (25.0 %).");
  }

  @Test
  void newValuesAreNotClaimedWhenNotAllOldOnesAreKnown() {
    ProfileComparison comparison =
        ProfileComparison.between(
            profile("x", 1000, i -> "v" + i % 500), profile("x", 1000, i -> "w" + i % 500));

    ValueShift shift = comparison.columns().getFirst().values().orElseThrow();
    assertThat(shift.appeared()).isEmpty();
    assertThat(shift.vanished()).isEmpty();
  }

  @Test
  void typesAndMissingValuesAreCompared() {
    ProfileComparison comparison =
        ProfileComparison.between(
            profile("t,m", 100, i -> i + ",1"),
            profile("t,m", 100, i -> "x" + i + (i < 40 ? "," : ",1")));

    assertThat(comparison.columns().getFirst().effect()).isEqualTo(1);
    assertThat(comparison.words().getFirst()).isEqualTo("t: was integer and is text.");
    ColumnChange missing = comparison.columns().getLast();
    assertThat(missing.missing()).isEqualTo(new MissingShift(0, 0.4));
    assertThat(missing.effect()).isEqualTo(0.4);
    assertThat(comparison.words()).contains("m: 40.0 % of the rows have no value, before 0.0 %.");
  }

  @Test
  void wholeNumbersThatBecomeOthersAreOneKind() {
    ColumnChange change =
        ProfileComparison.between(
                profile("x", 1000, i -> Integer.toString(i)), profile("x", 1000, i -> i + ".5"))
            .columns()
            .getFirst();

    assertThat(change.effect()).isLessThan(0.05);
    assertThat(change.words()).containsExactly("x: was integer and is number.");
  }

  @Test
  void constantsThatDifferAreWhollyDifferent() {
    ColumnChange change =
        ProfileComparison.between(profile("x", 9, i -> "3"), profile("x", 9, i -> "4"))
            .columns()
            .getFirst();

    assertThat(change.effect()).isEqualTo(1);
    assertThat(change.numeric().orElseThrow().meanShift()).isEmpty();
    assertThat(change.words()).contains("x: was always 3.000 and is always 4.000.");
  }

  @Test
  void outliersDoNotHideAShift() {
    Random random = new Random(2);
    IntFunction<String> before = i -> i == 0 ? "1e12" : Double.toString(random.nextGaussian());
    IntFunction<String> after = i -> i == 0 ? "1e12" : Double.toString(random.nextGaussian() + 3);

    ColumnChange change =
        ProfileComparison.between(profile("x", 5000, before), profile("x", 5000, after))
            .columns()
            .getFirst();

    assertThat(change.effect()).isGreaterThan(0.6);
    assertThat(change.words()).hasSize(1);
  }

  @Test
  void emptyColumnsAndJsonArePossible() {
    DatasetProfile empty = profile("a,b", 10, i -> ",");
    DatasetProfile full = profile("a,b", 10, i -> i + ",2026-01-0" + (i % 9 + 1));

    for (ProfileComparison comparison :
        List.of(
            ProfileComparison.between(empty, full),
            ProfileComparison.between(full, empty),
            ProfileComparison.between(full, full))) {
      assertThat(RecordCodec.decode(RecordCodec.encode(comparison), ProfileComparison.class))
          .isEqualTo(comparison);
    }
    assertThat(ProfileComparison.between(empty, full).columns())
        .allSatisfy(column -> assertThat(column.effect()).isEqualTo(1));
  }

  private static DatasetProfile profile(String header, int rows, IntFunction<String> row) {
    ProfileBuilder builder =
        new ProfileBuilder(Arrays.stream(header.split(",")).map(Column::untyped).toList());
    for (int i = 0; i < rows; i++) {
      builder.add(Arrays.stream(row.apply(i).split(",", -1)).map(TextValues::of).toList());
    }
    return builder.build();
  }
}
