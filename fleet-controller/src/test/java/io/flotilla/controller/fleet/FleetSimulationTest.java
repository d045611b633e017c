package io.flotilla.controller.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.controller.core.StoredRecords;
import io.flotilla.controller.core.Table;
import io.flotilla.controller.governance.WrittenIntervals;
import io.flotilla.controller.ingest.Accounting;
import io.flotilla.controller.ingest.Predictions;
import io.flotilla.controller.ingest.StoredPrediction;
import io.flotilla.controller.rollout.RolloutRequest;
import io.flotilla.protocol.message.Assignment;
import io.flotilla.protocol.message.VersionRef;
import io.flotilla.rollout.engine.Rollout;
import io.flotilla.rollout.engine.RolloutInput;
import io.flotilla.rollout.engine.RolloutState;
import io.flotilla.rollout.engine.Target;
import io.flotilla.rollout.engine.TargetState;
import io.flotilla.rollout.plan.Tolerance;
import io.flotilla.rollout.plan.WaveSize;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What must hold whatever is lost, repeated, reordered or killed; every failure names its seed. */
class FleetSimulationTest {
  private static final int SEEDS = 60;
  private static final int DEVICES = 10;
  private static final int MAX_STEPS = 3000;
  private static final List<RolloutRequest.WantedWave> WAVES =
      Stream.of(WaveSize.devices(2), WaveSize.percent(50), WaveSize.percent(100))
          .map(RolloutRequest.WantedWave::of)
          .toList();

  @Test
  void everyDeviceHasItsTurnExactlyOnceThroughKillsAndABadNetwork() {
    int kills = 0;
    for (long seed = 1; seed <= SEEDS; seed++) {
      SimulatedWorld world = new SimulatedWorld(seed, DEVICES, .08, version -> false);
      Rollout first = run(world, 1, seed);
      Rollout second = run(world, 2, seed);

      assertThat(List.of(first.state(), second.state()))
          .as("seed %d", seed)
          .containsOnly(RolloutState.COMPLETED);
      for (SimulatedDevice device : world.devices.values()) {
        assertThat(device.accepted)
            .as("seed %d: %s", seed, device.id)
            .extracting(Assignment::target)
            .containsExactly(SimulatedWorld.V1, SimulatedWorld.V2);
        assertThat(device.accepted).extracting(Assignment::number).containsExactly(1L, 2L);
        assertThat(WrittenIntervals.of(world.store, device.id))
            .as("seed %d: %s", seed, device.id)
            .containsExactly(
                "digits:1 by %s as 1".formatted(first.id()),
                "digits:2 by %s as 2".formatted(second.id()));
      }
      kills += world.kills;
    }
    assertThat(kills).as("kills tried").isGreaterThan(SEEDS);
  }

  @Test
  void everyPredictionIsStoredExactlyOnceThroughKillsAndABadNetwork() {
    for (long seed = 1; seed <= SEEDS; seed++) {
      SimulatedWorld world = new SimulatedWorld(seed, DEVICES, .1, version -> false);
      run(world, 1, seed);
      for (int i = 0; i < 20; i++) {
        world.devices.values().forEach(d -> d.predict(1 + world.random.nextInt(5), world.nowMs));
        world.step();
      }
      drain(world, seed);

      Set<String> expected = new HashSet<>();
      for (SimulatedDevice device : world.devices.values()) {
        for (long i = 1; i <= device.made(); i++) {
          expected.add(device.id + "/boot/" + i);
        }
      }
      StoredRecords stored = new StoredRecords(world.store);
      List<Table.Row<StoredPrediction>> rows = stored.scan(Predictions.PREDICTIONS, "", "", 10_000);
      assertThat(rows)
          .as("seed %d", seed)
          .extracting(Table.Row::id)
          .containsExactlyInAnyOrderElementsOf(expected);
      for (Table.Row<Accounting> row : stored.scan(Predictions.ACCOUNTING, "", "", 100)) {
        Accounting.Stored digits =
            Objects.requireNonNull(row.value().models().get("digits"), row.id());
        assertThat(digits.duplicates()).as("seed %d: %s", seed, row.id()).isZero();
        assertThat(digits.total()).isEqualTo(row.value().device().captured());
      }
    }
  }

  @Test
  void aRefusedVersionHaltsAndTheFleetStaysWhereItWas() {
    for (long seed = 1; seed <= SEEDS; seed++) {
      SimulatedWorld world =
          new SimulatedWorld(seed, DEVICES, .08, version -> version.version() == 2);
      run(world, 1, seed);
      Rollout halted = run(world, 2, seed);
      drain(world, seed);

      assertThat(halted.state()).as("seed %d", seed).isEqualTo(RolloutState.HALTED);
      Set<String> reached = new HashSet<>();
      for (SimulatedDevice device : world.devices.values()) {
        assertThat(device.running()).as("seed %d", seed).contains(SimulatedWorld.V1);
        List<VersionRef> targets = device.accepted.stream().map(Assignment::target).toList();
        if (targets.contains(SimulatedWorld.V2)) {
          reached.add(device.id);
          assertThat(targets)
              .as("seed %d: given back", seed)
              .containsExactly(SimulatedWorld.V1, SimulatedWorld.V2, SimulatedWorld.V1);
        }
      }
      assertThat(reached).as("seed %d", seed).isSubsetOf(Set.of("dev-a", "dev-b")).isNotEmpty();
      assertThat(targets(world, halted))
          .filteredOn(target -> target.state() == TargetState.FAILED)
          .extracting(Target::code)
          .allSatisfy(code -> assertThat(code).contains("GOLDEN_VECTORS_FAILED"));
    }
  }

  @Test
  void devicesGoOnWithAControllerThatWasSetBackToABackup() {
    long gaps = 0;
    for (long seed = 1; seed <= SEEDS; seed++) {
      SimulatedWorld world = new SimulatedWorld(seed, DEVICES, .05, version -> false);
      if (seed % 3 > 0) {
        run(world, 1, seed);
      }
      String open = create(world, 2);
      work(world, world.random.nextInt(30));
      NavigableMap<String, byte[]> backup = world.store.backup();
      work(world, 20 + world.random.nextInt(100));

      world.restore(backup);
      Set<String> expected = new HashSet<>(predictions(world));
      Map<String, Long> madeBefore = new TreeMap<>();
      for (SimulatedDevice device : world.devices.values()) {
        expected.addAll(device.waitingPredictions());
        madeBefore.put(device.id, device.made());
      }
      if (seed % 2 == 0 && !find(world, open).state().over()) {
        world.decide(tx -> world.rollouts.act(tx, open, new RolloutInput.Abort("no"), world.nowMs));
      }
      List<Rollout> after =
          List.of(finish(world, open, seed), run(world, 1, seed), run(world, 2, seed));
      work(world, 20);
      drain(world, seed);

      assertThat(after.getFirst().state().over()).isTrue();
      assertThat(after.subList(1, 3))
          .as("seed %d", seed)
          .extracting(Rollout::state)
          .containsOnly(RolloutState.COMPLETED);
      for (SimulatedDevice device : world.devices.values()) {
        assertThat(device.running()).as("seed %d", seed).contains(SimulatedWorld.V2);
        for (long i = madeBefore.getOrDefault(device.id, 0L) + 1; i <= device.made(); i++) {
          expected.add(device.id + "/boot/" + i);
        }
      }
      assertThat(predictions(world))
          .as("seed %d", seed)
          .containsExactlyInAnyOrderElementsOf(expected);
      gaps += world.eventTypes().stream().filter("io.flotilla.device.gap"::equals).count();
    }
    assertThat(gaps).as("devices that had come further than a backup").isGreaterThan(SEEDS);
  }

  private static void work(SimulatedWorld world, int steps) {
    for (int i = 0; i < steps; i++) {
      world.devices.values().forEach(d -> d.predict(1 + world.random.nextInt(3), world.nowMs));
      world.step();
    }
  }

  private static List<String> predictions(SimulatedWorld world) {
    return new StoredRecords(world.store)
        .scan(Predictions.PREDICTIONS, "", "", 100_000).stream().map(Table.Row::id).toList();
  }

  private static Rollout run(SimulatedWorld world, int version, long seed) {
    return finish(world, create(world, version), seed);
  }

  private static String create(SimulatedWorld world, int version) {
    return world
        .<Rollout>decide(tx -> world.rollouts.create(tx, request(version), "operator", world.nowMs))
        .id();
  }

  private static RolloutRequest request(int version) {
    return RolloutRequest.of(
        RolloutRequest.What.of("digits", version),
        RolloutRequest.Whom.of("*"),
        WAVES,
        Tolerance.of(0, 3600));
  }

  private static Rollout find(SimulatedWorld world, String id) {
    return world.decide(tx -> world.rollouts.find(tx, id)).orElseThrow();
  }

  private static List<Target> targets(SimulatedWorld world, Rollout rollout) {
    return world.decide(
        tx ->
            world.devices.keySet().stream()
                .flatMap(id -> world.rollouts.target(tx, rollout.id(), id).stream())
                .toList());
  }

  private static Rollout finish(SimulatedWorld world, String id, long seed) {
    for (int step = 0; step < MAX_STEPS; step++) {
      world.step();
      Rollout rollout = find(world, id);
      if (!rollout.open()) {
        return rollout;
      }
    }
    throw new AssertionError("seed " + seed + ": the rollout does not end");
  }

  private static void drain(SimulatedWorld world, long seed) {
    for (int step = 0; step < MAX_STEPS; step++) {
      world.step();
      if (step > 100 && world.devices.values().stream().allMatch(d -> d.spool.isEmpty())) {
        return;
      }
    }
    throw new AssertionError("seed " + seed + ": the spools do not drain");
  }
}
