package io.flotilla.rollout.engine;

import io.flotilla.protocol.message.VersionRef;
import io.flotilla.rollout.engine.RolloutEngine.Step;
import io.flotilla.rollout.plan.Arm;
import io.flotilla.rollout.plan.Audience;
import io.flotilla.rollout.plan.Cargo;
import io.flotilla.rollout.plan.FailureClass;
import io.flotilla.rollout.plan.OnFailure;
import io.flotilla.rollout.plan.Pace;
import io.flotilla.rollout.plan.Schedule;
import io.flotilla.rollout.plan.Tolerance;
import io.flotilla.rollout.plan.WavePlan;
import io.flotilla.rollout.plan.WaveSize;
import io.flotilla.rollout.window.Window;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.PriorityQueue;
import java.util.Random;

/**
 * A seeded rollout with everything around it: devices that commit, refuse or say nothing,
 * operators, late joiners, and a clock that jumps. What happens is drawn beforehand, or from the
 * seed, device and number alone, so that a run with a cut meets the same world as one without.
 */
final class RolloutWorld {
  private static final int STEPS = 8_000;
  private static final List<ZoneId> ZONES =
      List.of(ZoneId.of("Europe/Paris"), ZoneId.of("Asia/Kolkata"), ZoneId.of("UTC"));
  private static final List<String> CODES =
      List.of("FETCH_TIMED_OUT", "LOAD_FAILED", "SIGNATURE_INVALID", "INTERNAL");

  private final long seed;
  private final Random random;
  private final PriorityQueue<Word> words = new PriorityQueue<>();
  private final int devices;
  private final int undoAt;
  private final int abortAt;
  private Clocks clocks = new Clocks(Instant.parse("2026-06-01T00:00:00Z").toEpochMilli(), 0);
  private int decisions;
  private int cutAt = -1;
  private boolean stored;
  private long awayMs;

  final MemoryFleet fleet;
  final RolloutOracle oracle;

  /** Something that a device will say. */
  private record Word(long atMs, String device, long number, String code)
      implements Comparable<Word> {
    @Override
    public int compareTo(Word other) {
      int byTime = Long.compare(atMs, other.atMs);
      int byDevice = byTime != 0 ? byTime : device.compareTo(other.device);
      return byDevice != 0 ? byDevice : Long.compare(number, other.number);
    }

    RolloutInput input() {
      return code.isEmpty()
          ? new RolloutInput.Committed(device, number)
          : new RolloutInput.Declined(device, number, code);
    }
  }

  RolloutWorld(long seed) {
    this.seed = seed;
    this.random = new Random(seed);
    this.devices = random.nextInt(40) == 0 ? 1_100 : 1 + random.nextInt(40);
    this.undoAt = random.nextInt(3) == 0 ? random.nextInt(400) : -1;
    this.abortAt = random.nextInt(8) == 0 ? random.nextInt(200) : -1;
    this.fleet = plan().fleet(devices);
    this.oracle = new RolloutOracle(fleet);
    for (int i = 1; i <= devices; i++) {
      fleet.zones.put(Plans.device(i), ZONES.get(random.nextInt(ZONES.size())));
      if (random.nextInt(15) == 0) {
        fleet.barred.put(Plans.device(i), "CONFLICT");
      }
    }
  }

  private Plans plan() {
    List<WavePlan> waves = new ArrayList<>();
    double percent = 0;
    while (percent < 100) {
      percent = Math.min(100, percent + 1 + random.nextInt(99));
      waves.add(
          new WavePlan(WaveSize.percent(percent), random.nextInt(2) * 30, random.nextInt(8) == 0));
    }
    Optional<Pace.Rate> rate =
        random.nextBoolean()
            ? Optional.empty()
            : Optional.of(new Pace.Rate(30 + random.nextInt(600), 1.5, 5, 3_000));
    Optional<Window> window =
        random.nextInt(4) > 0
            ? Optional.empty()
            : Optional.of(
                new Window(
                    List.of("MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN"),
                    "02:00",
                    "04:00",
                    "device"));
    Schedule schedule =
        new Schedule(
            random.nextInt(3) > 0
                ? OptionalLong.empty()
                : OptionalLong.of(clocks.wallMs() + random.nextInt(600_000)),
            window,
            random.nextInt(4) == 0,
            random.nextInt(6) == 0
                ? OptionalInt.of(2 * 24 * 3600 + random.nextInt(3600))
                : OptionalInt.empty());
    return Plans.waves(Plans.ALL)
        .cargo(cargo())
        .wavePlans(waves.toArray(WavePlan[]::new))
        .audience(new Audience("*", false, random.nextBoolean(), 0))
        .pace(
            new Pace(
                rate,
                random.nextBoolean() ? Pace.MAX_DEVICES : devices / 5 + 1 + random.nextInt(20)))
        .schedule(schedule)
        .tolerance(tolerance());
  }

  private Tolerance tolerance() {
    return new Tolerance(
        OptionalInt.of(random.nextInt(10)),
        random.nextBoolean()
            ? Optional.empty()
            : Optional.of(new Tolerance.Rate(0.5, 1 + random.nextInt(10))),
        60 + random.nextInt(300),
        Map.of(FailureClass.TRANSIENT, random.nextInt(3), FailureClass.OTHER, 1),
        List.of(OnFailure.values()).get(random.nextInt(3)));
  }

  private Cargo cargo() {
    if (random.nextBoolean()) {
      return Cargo.of(Plans.NEW);
    }
    return new Cargo(
        List.of(
            new Arm("old", MemoryFleet.OLD, 0.25, true), new Arm("new", Plans.NEW, 0.75, false)));
  }

  /**
   * Cuts the controller off at one decision.
   *
   * @param decision which, from 0
   * @param afterStore whether it had stored what it decided, and only nobody heard of it
   * @param millis how long it is away
   */
  RolloutWorld cut(int decision, boolean afterStore, long millis) {
    this.cutAt = decision;
    this.stored = afterStore;
    this.awayMs = millis;
    return this;
  }

  /** Runs to the end. */
  RolloutWorld run() {
    decide(new RolloutInput.Start());
    for (int step = 0; step < STEPS && fleet.rollout.open(); step++) {
      pass(step);
      operate(step);
      while (!words.isEmpty() && words.peek().atMs() <= clocks.steadyMs()) {
        decide(words.poll().input());
      }
      int decided = 0;
      while (decide(new RolloutInput.Tick()).more()) {
        if (++decided > 100) {
          throw new AssertionError("a decision always says that there is more");
        }
      }
      if (fleet.rollout.state() == RolloutState.FOLLOWING
          && step > 300
          && fleet.rollout.tally().awaited() == 0) {
        break;
      }
    }
    oracle.end();
    return this;
  }

  int decisions() {
    return decisions;
  }

  private void pass(int step) {
    Random draw = new Random(seed * 31 + step);
    boolean waits =
        fleet.rollout.plan().schedule().window().isPresent() && words.isEmpty() && step > 20;
    long millis = waits ? 20 * 60_000 : 500 + draw.nextInt(5_000);
    if (draw.nextInt(300) == 0 && step < 1_000) {
      millis = draw.nextBoolean() ? -3_600_000 : 3_600_000;
    }
    clocks = clocks.read(clocks.wallMs() + millis);
  }

  private void operate(int step) {
    Random draw = new Random(seed * 37 + step);
    RolloutState state = fleet.rollout.state();
    if (step == undoAt && state.next().contains(RolloutState.UNDOING)) {
      decide(new RolloutInput.Undo("drawn"));
    } else if (step == abortAt && state.next().contains(RolloutState.ABORTED)) {
      decide(new RolloutInput.Abort("drawn"));
    } else if (state == RolloutState.AWAITING_APPROVAL && draw.nextInt(5) == 0) {
      decide(new RolloutInput.Approve("bob"));
    } else if (state == RolloutState.PAUSED && draw.nextInt(5) == 0) {
      decide(new RolloutInput.Resume());
    } else if (state == RolloutState.RUNNING && draw.nextInt(100) == 0) {
      decide(new RolloutInput.Pause("drawn"));
    } else if (draw.nextInt(60) == 0 && step < 300) {
      decide(new RolloutInput.Joined("late-" + step));
    }
  }

  private Step decide(RolloutInput input) {
    Moment now = clocks.moment();
    boolean cut = decisions++ == cutAt;
    Step step = fleet.decide(input, now);
    if (cut && !stored) {
      clocks = clocks.read(clocks.wallMs() + awayMs);
      now = clocks.moment();
      step = fleet.decide(input, now);
    }
    store(step, now);
    if (cut && stored && repeats(input)) {
      clocks = clocks.read(clocks.wallMs() + awayMs);
      now = clocks.moment();
      Step again = fleet.decide(input, now);
      store(again, now);
      return again.more() ? again : step;
    }
    return step;
  }

  /**
   * Devices say again what was not acknowledged, and time goes on; operators ask no second time.
   */
  private static boolean repeats(RolloutInput input) {
    return input instanceof RolloutInput.Committed
        || input instanceof RolloutInput.Declined
        || input instanceof RolloutInput.Joined
        || input instanceof RolloutInput.Tick;
  }

  private void store(Step step, Moment now) {
    oracle.before(step, now);
    fleet.store(step);
    for (RolloutAction action : step.actions()) {
      if (action instanceof RolloutAction.Assign assign) {
        hear(assign.device(), assign.number(), assign.version(), now);
      } else if (action instanceof RolloutAction.GiveBack back) {
        hear(back.device(), back.number() + 1, MemoryFleet.OLD, now);
      }
    }
    oracle.after(step);
  }

  private void hear(String device, long number, VersionRef version, Moment now) {
    Random draw = new Random(seed * 41 + device.hashCode() * 43L + number);
    long atMs = now.steadyMs() + draw.nextInt(90_000);
    boolean back = version.equals(MemoryFleet.OLD);
    int kind = draw.nextInt(20);
    if (kind < 17 || back) {
      words.add(new Word(atMs, device, number, ""));
      fleet.runs.put(device, Optional.of(version));
    } else if (kind < 19) {
      words.add(new Word(atMs, device, number, CODES.get(draw.nextInt(CODES.size()))));
    }
  }
}
