package io.flotilla.controller.device;

import io.flotilla.controller.access.Permission;
import io.flotilla.controller.core.DecisionLoop;
import io.flotilla.controller.core.Reason;
import io.flotilla.controller.core.Transaction;
import io.flotilla.controller.event.EventLog;
import io.flotilla.controller.event.FleetEvent;
import io.flotilla.controller.http.HandlerTools;
import io.flotilla.controller.http.Routes;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Lists, shows, labels, quarantines, releases and revokes devices. */
public final class DeviceRoutes implements Routes {
  private final DecisionLoop core;
  private final DeviceDirectory devices;
  private final Groups groups;
  private final EventLog events;
  private final Clock clock;
  private final Consumer<String> onShutOut;

  /**
   * Routes over this fleet.
   *
   * @param onShutOut gets the id of a device that was shut out, to end its connection; must not
   *     block
   */
  public DeviceRoutes(FleetState fleet, Clock clock, Consumer<String> onShutOut) {
    this.clock = clock;
    this.core = fleet.core();
    this.devices = fleet.devices();
    this.groups = fleet.groups();
    this.events = fleet.events();
    this.onShutOut = onShutOut;
  }

  @Override
  public void mount(Router api, HandlerTools tools) {
    tools
        .accepting(api.get("/devices"), "selector", "decommissioned", "after", "limit")
        .handler(ctx -> list(ctx, tools));
    api.get("/devices/:id")
        .handler(ctx -> tools.json(ctx, view(devices.require(tools.path(ctx, "id")))));
    api.patch("/devices/:id/labels")
        .handler(tools.jsonBody())
        .handler(
            ctx ->
                tools.handleAsync(
                    ctx, label(tools.path(ctx, "id"), tools.readJson(ctx, LabelPatch.class))));
    action(api, tools, "revoke", this::revoke);
    action(api, tools, "quarantine", this::quarantine);
    action(api, tools, "release", this::release);
    action(api, tools, "decommission", this::decommission);
  }

  private interface Change {
    CompletionStage<Map<String, @Nullable Object>> apply(String id, Reason reason);
  }

  private static void action(Router api, HandlerTools tools, String name, Change change) {
    tools
        .accepting(api.post("/devices/:id/" + name), Reason.NAME)
        .handler(
            ctx ->
                tools.handleAsync(
                    ctx,
                    change.apply(tools.path(ctx, "id"), Reason.of(tools.query(ctx, Reason.NAME)))));
  }

  /**
   * A change of labels.
   *
   * @param set labels to add or replace
   * @param remove keys of labels to remove, before {@code set} is applied
   * @param reason why
   */
  record LabelPatch(
      Optional<Map<String, String>> set, Optional<List<String>> remove, Optional<String> reason) {}

  private void list(RoutingContext ctx, HandlerTools tools) {
    Selector selector = groups.selector(tools.query(ctx, "selector"));
    int limit = tools.limit(ctx);
    boolean inFleet = !tools.query(ctx, "decommissioned").equals(Optional.of("true"));
    List<DeviceRecord> page =
        devices.page(selector, inFleet, tools.query(ctx, "after").orElse(""), limit);
    Map<String, @Nullable Object> answer = new LinkedHashMap<>();
    answer.put("items", page.stream().map(DeviceRoutes::view).toList());
    answer.put("next", page.size() < limit ? null : page.getLast().id());
    tools.json(ctx, answer);
  }

  /**
   * Changes labels; see {@link LabelPatch}.
   *
   * @return completes with the device; exceptionally with {@code DEVICE_NOT_FOUND}, {@code
   *     FORBIDDEN} or {@code INPUT_INVALID}
   */
  private CompletionStage<Map<String, @Nullable Object>> label(String id, LabelPatch patch) {
    Reason reason = Reason.of(patch.reason());
    return core.submit(
        tx -> {
          DeviceScope scope = DeviceScope.of(Permission.DEVICE_WRITE);
          DeviceRecord device = devices.require(tx, id);
          scope.require(device);
          Map<String, String> labels = new TreeMap<>(device.labels());
          patch.remove().ifPresent(labels.keySet()::removeAll);
          patch.set().ifPresent(labels::putAll);
          DeviceRecord labelled = device.withLabels(labels);
          // Nobody moves a device into what others answer for.
          scope.require(labelled);
          if (!labelled.equals(device)) {
            devices.put(tx, labelled);
            tx.audit(reason.action("device.labelled", "device/" + id));
            announce(tx, "labelled", id, Map.of("labels", labelled.labels()));
          }
          return view(labelled);
        });
  }

  /**
   * Shuts a device out for good: its certificate is refused from now on, and its id can be enrolled
   * again with a new claim.
   */
  private CompletionStage<Map<String, @Nullable Object>> revoke(String id, Reason reason) {
    return core.submit(
        tx -> {
          DeviceRecord device = devices.require(tx, id);
          DeviceScope.of(Permission.DEVICE_WRITE).require(device);
          DeviceRecord revoked = device.withIdentity(device.identity().revokedNow()).shutOut();
          if (!device.identity().revoked()) {
            devices.put(tx, revoked);
            tx.audit(reason.action("device.revoked", "device/" + id));
            announce(
                tx,
                "revoked",
                id,
                Map.of("certificateSerial", device.identity().certificateSerial()));
          }
          // After the directory's own action, so that a reconnect is refused already.
          tx.then(() -> onShutOut.accept(id));
          return view(revoked);
        });
  }

  /**
   * Shuts a device out until it is released: it cannot connect, and no rollout waits for it. It
   * goes on scoring with what it has, and keeps what it has to say.
   */
  private CompletionStage<Map<String, @Nullable Object>> quarantine(String id, Reason reason) {
    return core.submit(
        tx -> {
          DeviceRecord device = devices.require(tx, id);
          DeviceScope.of(Permission.DEVICE_WRITE).require(device);
          DeviceRecord shut = device;
          if (device.identity().quarantinedAtMs().isEmpty()) {
            shut =
                device
                    .withIdentity(device.identity().quarantined(Optional.of(clock.millis())))
                    .shutOut();
            devices.put(tx, shut);
            tx.audit(reason.action("device.quarantined", "device/" + id));
            announce(tx, "quarantined", id, Map.of("reason", reason.text()));
          }
          tx.then(() -> onShutOut.accept(id));
          return view(shut);
        });
  }

  /** Lets a device in again that was in quarantine. */
  private CompletionStage<Map<String, @Nullable Object>> release(String id, Reason reason) {
    return core.submit(
        tx -> {
          DeviceRecord device = devices.require(tx, id);
          DeviceScope.of(Permission.DEVICE_WRITE).require(device);
          if (device.identity().quarantinedAtMs().isEmpty()) {
            return view(device);
          }
          DeviceRecord released =
              device.withIdentity(device.identity().quarantined(Optional.empty()));
          devices.put(tx, released);
          tx.audit(reason.action("device.released", "device/" + id));
          announce(tx, "released", id, Map.of("reason", reason.text()));
          return view(released);
        });
  }

  /**
   * Takes a device out of the fleet: it is shut out for good, shall run nothing, and no selector
   * means it any more. What it sent stays. Its id can be enrolled again with a new claim.
   */
  private CompletionStage<Map<String, @Nullable Object>> decommission(String id, Reason reason) {
    return core.submit(
        tx -> {
          DeviceRecord device = devices.require(tx, id);
          DeviceScope.of(Permission.DEVICE_WRITE).require(device);
          DeviceRecord gone = device;
          if (device.identity().decommissionedAtMs().isEmpty()) {
            gone =
                device
                    .withIdentity(device.identity().decommissioned(clock.millis()))
                    .withDesired(Optional.empty())
                    .withRunning(Optional.empty())
                    .withDrifting(false)
                    .shutOut();
            devices.put(tx, gone);
            tx.audit(reason.action("device.decommissioned", "device/" + id));
            announce(tx, "decommissioned", id, Map.of("reason", reason.text()));
          }
          tx.then(() -> onShutOut.accept(id));
          return view(gone);
        });
  }

  private void announce(Transaction tx, String what, String id, Map<String, Object> data) {
    events.append(tx, new FleetEvent("io.flotilla.device." + what, "device/" + id, data));
  }

  /** A device as the API shows it; the record's own form is the store's business. */
  private static Map<String, @Nullable Object> view(DeviceRecord device) {
    Map<String, @Nullable Object> view = new LinkedHashMap<>();
    view.put("id", device.id());
    view.put("labels", device.labels());
    view.put("hardware", device.hardware().orElse(null));
    view.put("online", device.online());
    view.put("lastSeenMs", device.lastSeenMs());
    view.put("desired", device.desired().map(DeviceRoutes::desired).orElse(null));
    view.put("running", device.running().orElse(null));
    view.put("enrolledAtMs", device.enrolledAtMs());
    view.put("revoked", device.identity().revoked());
    view.put("quarantinedAtMs", device.identity().quarantinedAtMs().orElse(null));
    view.put("decommissionedAtMs", device.identity().decommissionedAtMs().orElse(null));
    view.put("drift", Map.of("flagged", device.drifting()));
    return view;
  }

  private static Map<String, Object> desired(DeviceRecord.Desired desired) {
    return Map.of(
        "model", desired.target().model(),
        "version", desired.target().version(),
        "bundle", desired.target().bundle(),
        "assignment", desired.assignment());
  }
}
