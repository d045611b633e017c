package io.flotilla.controller.rollout;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.controller.core.Reason;
import io.flotilla.controller.http.codec.ApiJson;
import io.flotilla.controller.rollout.RolloutRequest.WantedArm;
import io.flotilla.controller.rollout.RolloutRequest.WantedWave;
import io.flotilla.controller.rollout.RolloutRequest.What;
import io.flotilla.controller.rollout.RolloutRequest.Whom;
import io.flotilla.rollout.plan.FailureClass;
import io.flotilla.rollout.plan.GatePlan;
import io.flotilla.rollout.plan.Gates;
import io.flotilla.rollout.plan.OnFailure;
import io.flotilla.rollout.plan.Pace;
import io.flotilla.rollout.plan.Schedule;
import io.flotilla.rollout.plan.Tolerance;
import io.flotilla.rollout.plan.WavePlan;
import io.flotilla.rollout.plan.WaveSize;
import io.flotilla.rollout.window.Window;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A rollout as the API takes it: one JSON object, read in the parts below. Every member may be left
 * out but {@code model}, and one of {@code version} and {@code arms}.
 */
record NewRollout(What what, Whom whom, Waves waves, Timing timing, Limits limits, Reason reason) {
  private static final int DEFAULT_TIMEOUT_SECONDS = 3600;
  private static final int DEFAULT_MINIMUM_ROWS = 50;
  private static final int DEFAULT_MINIMUM_DEVICES = 5;
  private static final List<String> EVERY_DAY =
      List.of("MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN");

  /** What it brings: {@code version}, or {@code arms} that share the devices. */
  record Versions(String model, Optional<Integer> version, Optional<List<NewArm>> arms) {
    What what() {
      if (version.isPresent() == arms.isPresent()) {
        throw invalid("a rollout has either \"version\" or \"arms\"");
      }
      return version
          .map(number -> What.of(model, number))
          .orElseGet(
              () -> new What(model, arms.orElseThrow().stream().map(NewArm::wanted).toList()));
    }
  }

  /** One of several versions. */
  record NewArm(String name, int version, double share, Optional<Boolean> control) {
    WantedArm wanted() {
      return new WantedArm(name, version, share, control.orElse(false));
    }
  }

  /** To whom: {@code selector}, all if missing, or {@code devices} one by one. */
  record Members(
      Optional<String> selector,
      Optional<List<String>> devices,
      Optional<Integer> confirmDevices,
      Optional<Boolean> skipUnfit,
      Optional<Boolean> lateJoiners,
      Optional<Integer> priority,
      Optional<String> reason) {
    Whom whom() {
      if (selector.isPresent() && devices.isPresent()) {
        throw invalid("a rollout has either \"selector\" or \"devices\"");
      }
      List<String> named = devices.orElse(List.of());
      if (devices.isPresent() && (named.isEmpty() || named.size() > Whom.MAX_NAMED)) {
        throw invalid("\"devices\" names 1 to " + Whom.MAX_NAMED + " devices");
      }
      return new Whom(
          devices.isPresent() ? Optional.empty() : Optional.of(selector.orElse("*")),
          named,
          confirmDevices,
          skipUnfit.orElse(false),
          lateJoiners.orElse(false),
          priority.orElse(0));
    }
  }

  /** How fast: {@code waves}, one of all devices if missing, and {@code pace}. */
  record Waves(Optional<List<NewWave>> waves, Optional<NewPace> pace) {
    List<WantedWave> wanted() {
      return waves
          .map(list -> list.stream().map(NewWave::wanted).toList())
          .orElseGet(() -> List.of(WantedWave.of(WaveSize.percent(100))));
    }
  }

  /** One wave: one of the first four says how far it reaches. */
  record NewWave(
      Optional<Integer> devices,
      Optional<Double> percent,
      Optional<String> selector,
      Optional<List<String>> list,
      Optional<Integer> soakSeconds,
      Optional<Boolean> approval) {
    WantedWave wanted() {
      long said =
          List.of(devices, percent, selector, list).stream().filter(Optional::isPresent).count();
      if (said != 1) {
        throw invalid(
            "a wave has one of \"devices\", \"percent\", \"selector\" and \"list\", not " + said);
      }
      return new WantedWave(
          new WavePlan(size(), soakSeconds.orElse(0), approval.orElse(false)),
          selector,
          list.orElse(List.of()));
    }

    private WaveSize size() {
      if (devices.isPresent()) {
        return WaveSize.devices(devices.get());
      }
      if (percent.isPresent()) {
        return WaveSize.percent(percent.get());
      }
      return new WaveSize.Chosen(
          selector.orElseGet(() -> list.orElse(List.of()).size() + " listed devices"));
    }
  }

  /** Devices a minute, and how many at the same time. */
  record NewPace(
      Optional<Double> perMinute,
      Optional<Double> factor,
      Optional<Integer> afterSucceeded,
      Optional<Double> maxPerMinute,
      Optional<Integer> maxInFlight) {
    Pace pace() {
      boolean ramp = factor.isPresent() || afterSucceeded.isPresent() || maxPerMinute.isPresent();
      if (perMinute.isEmpty() && ramp) {
        throw invalid("a pace that grows begins at some \"perMinute\"");
      }
      return new Pace(
          perMinute.map(
              rate ->
                  new Pace.Rate(
                      rate,
                      factor.orElse(1.0),
                      afterSucceeded.orElse(1),
                      maxPerMinute.orElse(
                          factor.isPresent() ? (double) Pace.Rate.MAX_PER_MINUTE : rate))),
          maxInFlight.orElse(Pace.MAX_DEVICES));
    }
  }

  /** When. */
  record Timing(
      Optional<Long> startAtMs,
      Optional<NewWindow> window,
      Optional<Boolean> approval,
      Optional<Integer> totalTimeoutSeconds) {
    Schedule schedule() {
      return new Schedule(
          startAtMs.map(OptionalLong::of).orElseGet(OptionalLong::empty),
          window.map(NewWindow::window),
          approval.orElse(false),
          totalTimeoutSeconds.map(OptionalInt::of).orElseGet(OptionalInt::empty));
    }
  }

  /** When devices may be touched; every day if {@code days} are missing. */
  record NewWindow(Optional<List<String>> days, String from, String to, Optional<String> zone) {
    Window window() {
      return new Window(days.orElse(EVERY_DAY), from, to, zone.orElse(Window.DEVICE_ZONE));
    }
  }

  /** What it puts up with. */
  record Limits(
      Optional<Integer> maxFailures,
      Optional<Tolerance.Rate> failureRate,
      Optional<Integer> deploymentTimeoutSeconds,
      Optional<Map<FailureClass, Integer>> retries,
      Optional<OnFailure> onFailure,
      Optional<List<NewGate>> gates,
      Optional<Double> falseStopRate) {
    Tolerance tolerance() {
      // A rate alone says all: zero failures as well would make it meaningless.
      OptionalInt most =
          maxFailures
              .map(OptionalInt::of)
              .orElseGet(() -> failureRate.isPresent() ? OptionalInt.empty() : OptionalInt.of(0));
      return new Tolerance(
          most,
          failureRate,
          deploymentTimeoutSeconds.orElse(DEFAULT_TIMEOUT_SECONDS),
          retries.orElse(Map.of()),
          onFailure.orElse(OnFailure.HALT));
    }

    Gates all() {
      return new Gates(
          gates.orElse(List.of()).stream().map(NewGate::plan).toList(),
          falseStopRate.orElse(Gates.DEFAULT_RATE));
    }
  }

  /** A behaviour that must not get worse. */
  record NewGate(
      String metric,
      Optional<String> against,
      double margin,
      Optional<Integer> minimumRows,
      Optional<Integer> minimumDevices) {
    GatePlan plan() {
      return new GatePlan(
          named(GatePlan.Metric.values(), "metric", metric),
          named(GatePlan.Against.values(), "against", against.orElse("previous")),
          margin,
          minimumRows.orElse(DEFAULT_MINIMUM_ROWS),
          minimumDevices.orElse(DEFAULT_MINIMUM_DEVICES));
    }

    private static <E extends Enum<E>> E named(E[] values, String what, String text) {
      String plain = text.replace("_", "").toUpperCase(Locale.ROOT);
      return Arrays.stream(values)
          .filter(value -> value.name().replace("_", "").equals(plain))
          .findFirst()
          .orElseThrow(() -> invalid("a gate's \"" + what + "\" cannot be \"" + text + "\""));
    }
  }

  /**
   * Reads one.
   *
   * @throws FlotillaException {@code INPUT_INVALID}; {@code ROLLOUT_PLAN_INVALID}
   */
  static NewRollout of(Map<String, Object> body) {
    Versions versions = part(body, Versions.class);
    Members members = part(body, Members.class);
    Waves waves = part(body, Waves.class);
    Timing timing = part(body, Timing.class);
    Set<String> others =
        List.of(Versions.class, Members.class, Waves.class, Timing.class).stream()
            .flatMap(type -> names(type).stream())
            .collect(Collectors.toSet());
    Map<String, Object> rest = new LinkedHashMap<>(body);
    rest.keySet().removeAll(others);
    Limits limits = ApiJson.decode(ApiJson.encode(rest), Limits.class);
    return new NewRollout(
        versions.what(), members.whom(), waves, timing, limits, Reason.of(members.reason()));
  }

  private static <T extends Record> T part(Map<String, Object> body, Class<T> type) {
    Map<String, Object> part = new LinkedHashMap<>(body);
    part.keySet().retainAll(names(type));
    return ApiJson.decode(ApiJson.encode(part), type);
  }

  private static Set<String> names(Class<?> type) {
    return Arrays.stream(type.getRecordComponents())
        .map(RecordComponent::getName)
        .collect(Collectors.toSet());
  }

  RolloutRequest request() {
    return new RolloutRequest(
        what,
        whom,
        waves.wanted(),
        waves.pace().map(NewPace::pace).orElse(Pace.UNLIMITED),
        timing.schedule(),
        limits.tolerance(),
        limits.all());
  }

  private static FlotillaException invalid(String message) {
    return new FlotillaException(ErrorCode.ROLLOUT_PLAN_INVALID, message);
  }
}
