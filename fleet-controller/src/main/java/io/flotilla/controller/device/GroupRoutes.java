package io.flotilla.controller.device;

import io.flotilla.controller.access.Caller;
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
import java.util.function.Function;
import java.util.stream.Collectors;

/** Saved groups, and what a selector means at the moment. */
public final class GroupRoutes implements Routes {
  /** Most devices that a preview names. */
  private static final int SHOWN = 20;

  private final DecisionLoop core;
  private final DeviceDirectory devices;
  private final Groups groups;
  private final EventLog events;
  private final Clock clock;

  /** Routes over this fleet. */
  public GroupRoutes(FleetState fleet, Clock clock) {
    this.core = fleet.core();
    this.devices = fleet.devices();
    this.groups = fleet.groups();
    this.events = fleet.events();
    this.clock = clock;
  }

  /**
   * A group to be saved.
   *
   * @param selector which devices are meant; may name groups, whose terms it takes over
   * @param description what it is for; empty text if missing
   * @param reason why
   */
  record Wanted(String selector, Optional<String> description, Optional<String> reason) {}

  /** A selector to be looked at. */
  record Question(String selector) {}

  @Override
  public void mount(Router api, HandlerTools tools) {
    api.get("/groups")
        .handler(
            ctx ->
                tools.handleAsync(
                    ctx,
                    tools.blocking(
                        () -> Map.of("items", groups.list().stream().map(this::view).toList()))));
    api.post("/groups/preview")
        .handler(tools.jsonBody())
        .handler(
            ctx -> {
              String selector = groups.expand(tools.readJson(ctx, Question.class).selector());
              tools.handleAsync(ctx, tools.blocking(() -> preview(selector)));
            });
    api.get("/groups/:name")
        .handler(
            ctx -> {
              Group group = groups.require(tools.path(ctx, "name"));
              tools.handleAsync(ctx, tools.blocking(() -> view(group)));
            });
    api.put("/groups/:name").handler(tools.jsonBody()).handler(ctx -> put(ctx, tools));
    tools
        .accepting(api.delete("/groups/:name"), Reason.NAME)
        .handler(ctx -> tools.handleAsync(ctx, delete(ctx, tools)));
  }

  private void put(RoutingContext ctx, HandlerTools tools) {
    Wanted wanted = tools.readJson(ctx, Wanted.class);
    Reason reason = Reason.of(wanted.reason());
    Group group =
        new Group(
            tools.path(ctx, "name"),
            groups.expand(wanted.selector()),
            wanted.description().orElse(""),
            Caller.current().name(),
            clock.millis());
    tools.handleAsync(
        ctx,
        core.submit(
                tx -> {
                  groups.put(tx, group);
                  tx.audit(
                      reason.action(
                          "group.put",
                          subject(group.name()),
                          Map.of("selector", group.selector())));
                  announce(tx, "changed", group.name(), Map.of("selector", group.selector()));
                  return group;
                })
            .thenCompose(saved -> tools.blocking(() -> view(saved))));
  }

  private CompletionStage<Void> delete(RoutingContext ctx, HandlerTools tools) {
    String name = tools.path(ctx, "name");
    Reason reason = Reason.of(tools.query(ctx, Reason.NAME));
    return core.submit(
            tx -> {
              groups.delete(tx, name);
              tx.audit(reason.action("group.delete", subject(name)));
              announce(tx, "deleted", name, Map.of());
              return name;
            })
        .thenAccept(deleted -> {});
  }

  private void announce(Transaction tx, String what, String name, Map<String, Object> data) {
    events.append(tx, new FleetEvent("io.flotilla.group." + what, subject(name), data));
  }

  private static String subject(String name) {
    return "group/" + name;
  }

  private Map<String, Object> view(Group group) {
    List<DeviceRecord> members = admitted(group.selector());
    Map<String, Object> view = new LinkedHashMap<>();
    view.put("name", group.name());
    view.put("selector", group.selector());
    view.put("description", group.description());
    view.put("by", group.by());
    view.put("atMs", group.atMs());
    view.put("devices", members.size());
    view.put("online", online(members));
    return view;
  }

  private Map<String, Object> preview(String selector) {
    List<DeviceRecord> members = admitted(selector);
    Map<String, Object> view = new LinkedHashMap<>();
    view.put("selector", Selector.parse(selector).toString());
    view.put("enrolled", admitted(Selector.ALL.toString()).size());
    view.put("devices", members.size());
    view.put("online", online(members));
    view.put("running", count(members, device -> fact(device, "running")));
    view.put("runtime", count(members, device -> fact(device, "runtime")));
    view.put("provider", count(members, device -> fact(device, "provider")));
    view.put("first", members.stream().limit(SHOWN).map(DeviceRecord::id).toList());
    return view;
  }

  /** Those that a rollout could reach. */
  private List<DeviceRecord> admitted(String selector) {
    return devices.select(Selector.parse(selector)).stream()
        .filter(device -> device.identity().admitted())
        .toList();
  }

  private static long online(List<DeviceRecord> members) {
    return members.stream().filter(DeviceRecord::online).count();
  }

  /**
   * The first value, for an accelerator the one that scores; {@code unknown} if it was not told.
   */
  private static String fact(DeviceRecord device, String key) {
    return DeviceFacts.of(device, key).stream().flatMap(List::stream).findFirst().orElse("unknown");
  }

  private static Map<String, Long> count(
      List<DeviceRecord> members, Function<DeviceRecord, String> by) {
    return members.stream().collect(Collectors.groupingBy(by, TreeMap::new, Collectors.counting()));
  }
}
