package io.flotilla.controller.conversion;

import io.flotilla.controller.access.Caller;
import io.flotilla.controller.catalog.VersionPath;
import io.flotilla.controller.catalog.VersionSeries;
import io.flotilla.controller.core.DecisionLoop;
import io.flotilla.controller.core.Reason;
import io.flotilla.controller.core.StoredRecords;
import io.flotilla.controller.core.Transaction;
import io.flotilla.controller.event.EventLog;
import io.flotilla.controller.event.FleetEvent;
import io.flotilla.controller.http.HandlerTools;
import io.flotilla.controller.http.Paging;
import io.flotilla.controller.http.Routes;
import io.flotilla.registry.model.ModelRegistry;
import io.flotilla.registry.model.ModelVersion;
import io.flotilla.registry.name.Names;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Records and shows conversions of versions, and announces those that led to no version. */
public final class ConversionRoutes implements Routes {
  private static final int CREATED = 201;
  private static final String PATH = "/models/:name/versions/:version/conversions";

  private final DecisionLoop core;
  private final ModelRegistry models;
  private final VersionSeries<StoredConversion> conversions;
  private final EventLog events;
  private final Clock clock;

  /** Routes over what is stored. */
  public ConversionRoutes(
      DecisionLoop core, ModelRegistry models, StoredRecords stored, EventLog events, Clock clock) {
    this.core = core;
    this.models = models;
    this.conversions = new VersionSeries<>("conversion", StoredConversion.class, stored);
    this.events = events;
    this.clock = clock;
  }

  @Override
  public void mount(Router api, HandlerTools tools) {
    api.post(PATH).handler(tools.jsonBody()).handler(ctx -> add(ctx, tools));
    tools.accepting(api.get(PATH), "after", "limit").handler(ctx -> list(ctx, tools));
    api.post("/models/:name/conversions")
        .handler(tools.jsonBody())
        .handler(ctx -> announce(ctx, tools));
  }

  private void add(RoutingContext ctx, HandlerTools tools) {
    VersionPath path = VersionPath.of(ctx, tools);
    NewConversion conversion = tools.readJson(ctx, NewConversion.class);
    tools.handleAsync(ctx, CREATED, core.submit(tx -> view(add(tx, path, conversion))));
  }

  private StoredConversion add(Transaction tx, VersionPath path, NewConversion conversion) {
    ModelVersion version = models.require(tx.records(), path.model(), path.version());
    StoredConversion added =
        conversions.append(
            tx,
            version,
            number ->
                new StoredConversion(number, conversion, Caller.current().name(), clock.millis()));
    String subject = "model/" + version.reference();
    audit(tx, subject, conversion);
    events.append(
        tx,
        event(subject, Map.of("model", version.model(), "version", version.version()), conversion));
    return added;
  }

  /** There is no version that it could be stored with, and perhaps no model yet. */
  private void announce(RoutingContext ctx, HandlerTools tools) {
    String model = tools.path(ctx, "name");
    Names.requireName("model", model);
    NewConversion failed = tools.readJson(ctx, FailedConversion.class).conversion();
    tools.handleAsync(
        ctx,
        core.submit(
                tx -> {
                  String subject = "model/" + model;
                  audit(tx, subject, failed);
                  events.append(tx, event(subject, Map.of("model", model), failed));
                  return subject;
                })
            .thenAccept(subject -> {}));
  }

  private static void audit(Transaction tx, String subject, NewConversion conversion) {
    tx.audit(
        Reason.of(conversion.reason())
            .action("model.convert", subject, Map.of("kind", conversion.kind())));
  }

  private static FleetEvent event(
      String subject, Map<String, Object> of, NewConversion conversion) {
    Map<String, Object> data = new TreeMap<>(of);
    data.put("kind", conversion.kind());
    conversion.result().ifPresent(result -> data.put("result", result));
    conversion
        .failure()
        .ifPresent(
            failure -> {
              data.put("code", failure.code().name());
              data.put("detail", failure.message());
            });
    return new FleetEvent(
        conversion.succeeded()
            ? "io.flotilla.model.converted"
            : "io.flotilla.model.conversion.failed",
        subject,
        data);
  }

  private void list(RoutingContext ctx, HandlerTools tools) {
    VersionPath path = VersionPath.of(ctx, tools);
    long after = tools.number(ctx, "after").orElse(0L);
    int limit = tools.limit(ctx);
    tools.handleAsync(
        ctx,
        tools.blocking(
            () -> {
              ModelVersion version = models.require(path.model(), path.version());
              return Paging.page(
                  conversions.page(version.model(), version.version(), after, limit),
                  limit,
                  ConversionRoutes::view,
                  last -> Long.toString(last.number()));
            }));
  }

  private static Map<String, @Nullable Object> view(StoredConversion stored) {
    NewConversion conversion = stored.conversion();
    Map<String, @Nullable Object> view = new LinkedHashMap<>();
    view.put("number", stored.number());
    view.put("kind", conversion.kind());
    view.put("succeeded", conversion.succeeded());
    view.put("report", conversion.report().orElse(null));
    view.put("failure", conversion.failure().orElse(null));
    view.put("result", conversion.result().orElse(null));
    view.put("by", stored.by());
    view.put("atMs", stored.atMs());
    return view;
  }
}
