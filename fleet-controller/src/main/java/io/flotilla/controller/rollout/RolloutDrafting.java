package io.flotilla.controller.rollout;

import io.flotilla.bundle.environment.Unfit;
import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.controller.access.Caller;
import io.flotilla.controller.access.Permission;
import io.flotilla.controller.catalog.VersionCatalog;
import io.flotilla.controller.core.Transaction;
import io.flotilla.controller.device.DeviceDirectory;
import io.flotilla.controller.device.DeviceRecord;
import io.flotilla.controller.device.DeviceScope;
import io.flotilla.controller.device.Selector;
import io.flotilla.controller.rollout.RolloutRequest.WantedArm;
import io.flotilla.controller.rollout.RolloutRequest.WantedWave;
import io.flotilla.controller.rollout.RolloutRequest.Whom;
import io.flotilla.rollout.engine.Rollout;
import io.flotilla.rollout.engine.Target;
import io.flotilla.rollout.plan.Arm;
import io.flotilla.rollout.plan.Audience;
import io.flotilla.rollout.plan.Cargo;
import io.flotilla.rollout.plan.Placement;
import io.flotilla.rollout.plan.RolloutPlan;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Looks up what a request for a rollout means now. Core thread only. */
final class RolloutDrafting {
  /** From so many devices on, a rollout to the whole fleet has to be confirmed. */
  static final int CONFIRM_FROM = 100;

  private final DeviceDirectory devices;
  private final VersionCatalog catalog;
  private final RolloutGate gate;

  RolloutDrafting(DeviceDirectory devices, VersionCatalog catalog, RolloutGate gate) {
    this.devices = devices;
    this.catalog = catalog;
    this.gate = gate;
  }

  /**
   * Looks up a request of somebody who may not reach every device; as {@link #draft}, and no device
   * joins later that is out of reach.
   *
   * @throws FlotillaException {@code FORBIDDEN} if no one grant covers the model and all devices
   */
  RolloutDraft draftInScope(Transaction tx, String id, RolloutRequest request) {
    String model = request.what().model();
    Caller.current().requireModel(Permission.ROLLOUT_WRITE, model);
    List<DeviceRecord> matched = matched(request.whom());
    Selector scope = DeviceScope.of(Permission.ROLLOUT_WRITE, model).requireAll(matched);
    return draft(tx, id, request.within(scope), matched);
  }

  /**
   * Looks up a request.
   *
   * @param id the rollout's, which decides who gets which arm
   */
  RolloutDraft draft(Transaction tx, String id, RolloutRequest request) {
    return draft(tx, id, request, matched(request.whom()));
  }

  private RolloutDraft draft(
      Transaction tx, String id, RolloutRequest request, List<DeviceRecord> matched) {
    Cargo cargo = cargo(request.what());
    SortedMap<String, List<Unfit>> unfit = unfit(tx, id, cargo, matched);
    List<String> selected =
        matched.stream()
            .map(DeviceRecord::id)
            .filter(device -> !request.whom().skipUnfit() || !unfit.containsKey(device))
            .toList();
    RolloutPlan plan =
        new RolloutPlan(
            cargo,
            audience(request.whom()),
            request.waves().stream().map(WantedWave::plan).toList(),
            request.pace(),
            request.schedule(),
            request.tolerance(),
            request.gates());
    Placement placement =
        selected.isEmpty()
            ? new Placement(List.of(), List.of())
            : Placement.of(plan.waves(), selected, chosen(request.waves(), matched));
    return new RolloutDraft(
        plan, placement, unfit, conflicts(tx, selected, request.whom().priority()), matched.size());
  }

  private Cargo cargo(RolloutRequest.What what) {
    List<Arm> arms = new ArrayList<>();
    for (WantedArm arm : what.arms()) {
      arms.add(
          new Arm(
              arm.name(),
              catalog.require(what.model(), arm.version()).ref(),
              arm.share(),
              arm.control()));
    }
    return new Cargo(arms);
  }

  private List<DeviceRecord> matched(Whom whom) {
    List<DeviceRecord> matched = new ArrayList<>();
    if (whom.selector().isPresent()) {
      matched.addAll(devices.select(Selector.parse(whom.selector().get())));
    } else {
      whom.named().stream().distinct().forEach(id -> matched.add(devices.require(id)));
    }
    matched.removeIf(device -> !device.identity().admitted());
    if (matched.isEmpty()) {
      throw new FlotillaException(
          ErrorCode.SELECTOR_EMPTY,
          "the selector \"" + text(whom) + "\" matches no enrolled device");
    }
    requireConfirmed(whom, matched.size());
    return matched;
  }

  private void requireConfirmed(Whom whom, int matched) {
    boolean everybody = whom.selector().isPresent() && matched == admitted();
    boolean demanded = everybody && matched >= CONFIRM_FROM;
    boolean said = whom.expected().isPresent();
    if ((demanded && !said) || (said && whom.expected().get() != matched)) {
      throw new FlotillaException(
          ErrorCode.CONFIRMATION_REQUIRED,
          "the selector \"%s\" matches %d devices: say \"confirmDevices\": %d if that is meant"
              .formatted(text(whom), matched, matched));
    }
  }

  private long admitted() {
    return devices.select(Selector.ALL).stream()
        .filter(device -> device.identity().admitted())
        .count();
  }

  private static String text(Whom whom) {
    return whom.selector().orElseGet(() -> whom.named().size() + " named devices");
  }

  private static Audience audience(Whom whom) {
    if (whom.lateJoiners() && whom.selector().isEmpty()) {
      throw new FlotillaException(
          ErrorCode.ROLLOUT_PLAN_INVALID,
          "devices join late by a selector: leave \"lateJoiners\" out, or name none one by one");
    }
    return new Audience(text(whom), whom.skipUnfit(), whom.lateJoiners(), whom.priority());
  }

  private SortedMap<String, List<Unfit>> unfit(
      Transaction tx, String id, Cargo cargo, List<DeviceRecord> matched) {
    Map<String, List<DeviceRecord>> byArm =
        matched.stream().collect(Collectors.groupingBy(device -> cargo.of(id, device.id()).name()));
    SortedMap<String, List<Unfit>> unfit = new TreeMap<>();
    byArm.forEach(
        (arm, members) -> unfit.putAll(gate.judge(tx, cargo.arm(arm).version(), members)));
    return unfit;
  }

  /** Why this device cannot run its version of the rollout; nothing if it can. */
  List<Unfit> unfit(Transaction tx, Rollout rollout, DeviceRecord device) {
    return gate.judge(
            tx, rollout.plan().cargo().of(rollout.id(), device.id()).version(), List.of(device))
        .getOrDefault(device.id(), List.of());
  }

  private static Map<Integer, Set<String>> chosen(
      List<WantedWave> waves, List<DeviceRecord> matched) {
    Map<Integer, Set<String>> chosen = new LinkedHashMap<>();
    for (int index = 0; index < waves.size(); index++) {
      WantedWave wave = waves.get(index);
      if (wave.selector().isPresent()) {
        Selector selector = Selector.parse(wave.selector().get());
        chosen.put(
            index,
            matched.stream()
                .filter(selector::matches)
                .map(DeviceRecord::id)
                .collect(Collectors.toSet()));
      } else if (!wave.list().isEmpty()) {
        chosen.put(index, new HashSet<>(wave.list()));
      }
    }
    return chosen;
  }

  /**
   * Devices that belong to a rollout that is not over, and that a rollout of this priority cannot
   * take from it: its own priority is as high, or it has assigned them already.
   */
  private static List<RolloutDraft.Conflict> conflicts(
      Transaction tx, List<String> selected, int priority) {
    Map<String, Optional<Rollout>> rollouts = new HashMap<>();
    List<RolloutDraft.Conflict> conflicts = new ArrayList<>();
    for (String device : selected) {
      Optional<Rollout> holder =
          tx.get(RolloutRecords.CLAIMS, device)
              .flatMap(
                  claim ->
                      rollouts.computeIfAbsent(
                          claim.rollout(), id -> tx.get(RolloutRecords.ROLLOUTS, id)))
              .filter(rollout -> !rollout.state().over());
      holder
          .filter(rollout -> !yields(tx, rollout, device, priority))
          .ifPresent(
              rollout ->
                  conflicts.add(
                      new RolloutDraft.Conflict(device, rollout.id(), rollout.state().name())));
    }
    return conflicts;
  }

  private static boolean yields(Transaction tx, Rollout rollout, String device, int priority) {
    return priority > rollout.plan().audience().priority()
        && tx.get(RolloutRecords.TARGETS, RolloutRecords.target(rollout.id(), device))
            .map(Target::assignment)
            .filter(number -> number > 0)
            .isEmpty();
  }
}
