package io.flotilla.rollout.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.protocol.message.VersionRef;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PlanTest {
  private static final List<String> TEN = IntStream.range(0, 10).mapToObj(i -> "cam-" + i).toList();
  private static final WaveSize ALL = WaveSize.percent(100);

  @Test
  void wavesAreCumulativeAndPercentagesRoundUp() {
    Placement placed = place(WaveSize.devices(2), WaveSize.percent(45), ALL);
    assertThat(placed.reaches()).containsExactly(2, 5, 10);
    assertThat(placed.order()).isEqualTo(TEN);
  }

  @Test
  void chosenDevicesHaveTheirTurnInTheWaveThatChoseThem() {
    List<WavePlan> waves = waves(WaveSize.devices(1), new WaveSize.Chosen("ring=canary"), ALL);
    Placement placed = Placement.of(waves, TEN, Map.of(1, Set.of("cam-7", "cam-0", "other")));
    assertThat(placed.reaches()).containsExactly(1, 3, 10);
    assertThat(placed.order()).startsWith("cam-1", "cam-0", "cam-7", "cam-2").hasSize(10);
  }

  @Test
  void refusesWavesThatDoNotAddUp() {
    refuses(() -> place(WaveSize.devices(2)), "end at 2 of 10 devices");
    refuses(() -> place(WaveSize.percent(50), WaveSize.devices(2), ALL), "sizes are cumulative");
    refuses(() -> place(new WaveSize.Chosen("ring=none"), ALL), "chooses no device");
    refuses(() -> WaveSize.percent(101), "not 101");
    refuses(() -> WaveSize.devices(0), "not 0");
    refuses(() -> new WavePlan(ALL, -1, false), "soakSeconds");
  }

  @Test
  void refusesNumbersOutOfRange() {
    refuses(() -> Tolerance.of(-1, 60), "maxFailures");
    refuses(() -> Tolerance.of(0, 0), "deploymentTimeoutSeconds");
    refuses(() -> new Pace.Rate(0, 1, 1, 1), "perMinute");
    refuses(() -> new Pace.Rate(10, 1, 1, 5), "maxPerMinute");
    refuses(() -> new Pace.Rate(Double.NaN, 1, 1, 5), "perMinute");
    refuses(() -> new Audience("*", false, false, 101), "priority");
    refuses(() -> new Gates(List.of(), 0), "falseStopRate");
    refuses(
        () -> RolloutPlan.simple(Cargo.of(version(1)), "*", List.of(), Tolerance.of(0, 1)),
        "number of waves");
  }

  @Test
  void refusesArmsThatDoNotGoTogether() {
    refuses(() -> new Cargo(List.of(arm("a", 0.5, false))), "add up to 0.5");
    refuses(() -> new Cargo(List.of(arm("a", 0.5, false), arm("a", 0.5, false))), "same name");
    refuses(() -> new Cargo(List.of(arm("a", 0.5, true), arm("b", 0.5, true))), "one control");
    refuses(() -> arm("A b", 1, false), "arm's name");
  }

  @Test
  void refusesAGateAgainstAControlThatIsNotThere() {
    GatePlan gate = new GatePlan(GatePlan.Metric.ERRORS, GatePlan.Against.CONTROL, 0.1, 1, 1);
    refuses(
        () ->
            new RolloutPlan(
                Cargo.of(version(1)),
                Audience.of("*"),
                waves(ALL),
                Pace.UNLIMITED,
                Schedule.NOW,
                Tolerance.of(0, 1),
                new Gates(List.of(gate), 0.05)),
        "\"control\": true");
  }

  @Test
  void sixArmsGetTheirSharesAndADeviceKeepsItsArm() {
    Cargo cargo =
        new Cargo(
            List.of(
                arm("a", 0.5, true),
                arm("b", 0.1, false),
                arm("c", 0.1, false),
                arm("d", 0.1, false),
                arm("e", 0.1, false),
                arm("f", 0.1, false)));
    int devices = 20_000;
    Map<String, Long> counts =
        IntStream.range(0, devices)
            .mapToObj(i -> cargo.of("rollout-1", "cam-" + i).name())
            .collect(
                java.util.stream.Collectors.groupingBy(
                    name -> name, java.util.stream.Collectors.counting()));
    cargo
        .arms()
        .forEach(
            arm ->
                assertThat(counts.getOrDefault(arm.name(), 0L) / (double) devices)
                    .isCloseTo(arm.share(), within(0.02)));
    assertThat(cargo.of("rollout-1", "cam-1")).isEqualTo(cargo.of("rollout-1", "cam-1"));
    assertThat(cargo.version()).isEqualTo(version(98));
  }

  @Test
  void everyCodeHasAClass() {
    assertThat(FailureClass.of("FETCH_TIMED_OUT")).isEqualTo(FailureClass.TRANSIENT);
    assertThat(FailureClass.of("SIGNATURE_INVALID")).isEqualTo(FailureClass.TRUST);
    assertThat(FailureClass.of("DISK_FULL")).isEqualTo(FailureClass.UNFIT);
    assertThat(FailureClass.of("PROBATION_FAILED")).isEqualTo(FailureClass.MODEL);
    assertThat(FailureClass.of("GOLDEN_VECTORS_FAILED")).isEqualTo(FailureClass.MODEL);
    assertThat(FailureClass.of("NO_SUCH_CODE")).isEqualTo(FailureClass.OTHER);
    assertThat(ErrorCode.values())
        .allSatisfy(code -> assertThat(FailureClass.of(code)).isNotNull());
  }

  private static Placement place(WaveSize... sizes) {
    return Placement.of(waves(sizes), TEN, Map.of());
  }

  private static List<WavePlan> waves(WaveSize... sizes) {
    return Arrays.stream(sizes).map(WavePlan::of).toList();
  }

  private static Arm arm(String name, double share, boolean control) {
    return new Arm(name, version(name.charAt(0)), share, control);
  }

  private static VersionRef version(int number) {
    return new VersionRef("digits", number, "ab".repeat(32));
  }

  private static void refuses(Runnable plan, String why) {
    assertThatThrownBy(plan::run)
        .hasMessageContaining(why)
        .isInstanceOfSatisfying(
            FlotillaException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.ROLLOUT_PLAN_INVALID));
  }
}
