package io.flotilla.controller.environment;

import io.flotilla.bundle.environment.Unfit;
import io.flotilla.controller.access.Caller;
import io.flotilla.controller.catalog.VersionPath;
import io.flotilla.controller.core.Reason;
import io.flotilla.controller.device.DeviceRecord;
import io.flotilla.controller.device.FleetState;
import io.flotilla.controller.device.Selector;
import io.flotilla.controller.event.FleetEvent;
import io.flotilla.controller.http.HandlerTools;
import io.flotilla.controller.http.Paging;
import io.flotilla.controller.http.Routes;
import io.flotilla.registry.environment.Environment;
import io.flotilla.registry.environment.EnvironmentRegistry;
import io.flotilla.registry.environment.codec.EnvironmentCodec;
import io.flotilla.registry.model.ModelRegistry;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** Registers and shows environments, and says which devices satisfy one, or can run a version. */
public final class EnvironmentRoutes implements Routes {
  private static final int CREATED = 201;
  private static final int OK = 200;
  private static final String VERSION = "/environments/:name/versions/:version";

  private final FleetState fleet;
  private final EnvironmentRegistry environments;
  private final ModelRegistry models;
  private final FleetFit fit;

  /** Routes over these registries. */
  public EnvironmentRoutes(
      FleetState fleet, EnvironmentRegistry environments, ModelRegistry models, FleetFit fit) {
    this.fleet = fleet;
    this.environments = environments;
    this.models = models;
    this.fit = fit;
  }

  /**
   * An environment to be registered.
   *
   * @param spec as {@link EnvironmentCodec} reads it
   * @param description what it is for; empty text if missing
   * @param reason why
   */
  record NewEnvironment(
      Map<String, Object> spec, Optional<String> description, Optional<String> reason) {}

  @Override
  public void mount(Router api, HandlerTools tools) {
    api.post("/environments/:name").handler(tools.jsonBody()).handler(ctx -> register(ctx, tools));
    tools.accepting(api.get("/environments"), "after", "limit").handler(ctx -> list(ctx, tools));
    api.get(VERSION)
        .handler(
            ctx -> {
              String reference = reference(ctx, tools);
              tools.handleAsync(ctx, tools.blocking(() -> view(environments.resolve(reference))));
            });
    tools
        .accepting(api.get(VERSION + "/fit"), "selector")
        .handler(
            ctx -> {
              String reference = reference(ctx, tools);
              judge(
                  ctx,
                  tools,
                  devices -> FleetFit.unfit(devices, environments.resolve(reference).spec()));
            });
    tools
        .accepting(api.get("/models/:name/versions/:version/fit"), "selector")
        .handler(
            ctx -> {
              VersionPath path = VersionPath.of(ctx, tools);
              judge(
                  ctx,
                  tools,
                  devices -> fit.unfit(devices, models.require(path.model(), path.version())));
            });
  }

  /** A path that names no version names no environment either. */
  private static String reference(RoutingContext ctx, HandlerTools tools) {
    return tools.path(ctx, "name") + ":" + tools.path(ctx, "version");
  }

  private void register(RoutingContext ctx, HandlerTools tools) {
    NewEnvironment wanted = tools.readJson(ctx, NewEnvironment.class);
    Reason reason = Reason.of(wanted.reason());
    EnvironmentRegistry.Draft draft =
        new EnvironmentRegistry.Draft(
            tools.path(ctx, "name"),
            EnvironmentCodec.of(wanted.spec()),
            wanted.description().orElse(""),
            Caller.current().name());
    tools.whenDone(
        ctx,
        fleet
            .core()
            .submit(
                tx -> {
                  EnvironmentRegistry.Registered registered =
                      environments.commit(tx.records(), draft);
                  if (registered.created()) {
                    Environment environment = registered.environment();
                    String subject = "environment/" + environment.reference();
                    tx.audit(reason.action("environment.register", subject));
                    fleet
                        .events()
                        .append(
                            tx,
                            new FleetEvent(
                                "io.flotilla.environment.registered",
                                subject,
                                Map.of(
                                    "environment", environment.name(),
                                    "version", environment.version(),
                                    "digest", environment.digest())));
                  }
                  return registered;
                }),
        registered ->
            tools.json(ctx, registered.created() ? CREATED : OK, view(registered.environment())));
  }

  private void list(RoutingContext ctx, HandlerTools tools) {
    String after = tools.query(ctx, "after").orElse("");
    int limit = tools.limit(ctx);
    tools.handleAsync(
        ctx,
        tools.blocking(
            () -> {
              EnvironmentRegistry.Page page = environments.list(after, limit);
              return Paging.page(
                  page.items().stream().map(EnvironmentRoutes::view).toList(), page.next());
            }));
  }

  private void judge(
      RoutingContext ctx,
      HandlerTools tools,
      Function<List<DeviceRecord>, Map<String, List<Unfit>>> judge) {
    Selector selector = fleet.groups().selector(tools.query(ctx, "selector"));
    tools.handleAsync(
        ctx,
        tools.blocking(
            () -> {
              List<DeviceRecord> devices =
                  fleet.devices().select(selector).stream()
                      .filter(device -> device.identity().admitted())
                      .toList();
              return view(devices, judge.apply(devices));
            }));
  }

  private static Map<String, Object> view(
      List<DeviceRecord> devices, Map<String, List<Unfit>> unfit) {
    Map<String, Object> view = new LinkedHashMap<>();
    view.put(
        "fit",
        devices.stream().map(DeviceRecord::id).filter(id -> !unfit.containsKey(id)).toList());
    view.put(
        "unfit",
        unfit.entrySet().stream()
            .map(device -> Map.of("device", device.getKey(), "reasons", device.getValue()))
            .toList());
    return view;
  }

  /** An environment as the API shows it. */
  private static Map<String, Object> view(Environment environment) {
    Map<String, Object> view = new LinkedHashMap<>();
    view.put("name", environment.name());
    view.put("version", environment.version());
    view.put("digest", environment.digest());
    view.put("spec", EnvironmentCodec.view(environment.spec()));
    view.put("description", environment.description());
    view.put("by", environment.by());
    view.put("atMs", environment.atMs());
    return view;
  }
}
