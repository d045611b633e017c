package io.flotilla.controller.conversion;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.controller.catalog.VersionPath;
import io.flotilla.controller.core.DecisionLoop;
import io.flotilla.controller.core.StoredRecords;
import io.flotilla.controller.core.Table;
import io.flotilla.controller.core.Transaction;
import io.flotilla.controller.event.EventLog;
import io.flotilla.controller.event.FleetEvent;
import io.flotilla.controller.http.HandlerTools;
import io.flotilla.controller.http.Paging;
import io.flotilla.controller.http.Routes;
import io.flotilla.registry.audit.AuditAction;
import io.flotilla.registry.model.ModelRegistry;
import io.flotilla.registry.model.ModelVersion;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Records and shows conversions of versions. */
public final class ConversionRoutes implements Routes {
  /** Most conversions of a version. */
  public static final int MAX_CONVERSIONS = 10_000;

  private static final Table<StoredConversion> CONVERSIONS =
      Table.of("conversion", StoredConversion.class);
  private static final Table<Last> LAST = Table.of("conversion-last", Last.class);
  private static final int CREATED = 201;
  private static final String OPERATOR = "operator";
  private static final String PATH = "/models/:name/versions/:version/conversions";

  private final DecisionLoop core;
  private final ModelRegistry models;
  private final StoredRecords stored;
  private final EventLog events;
  private final Clock clock;

  /** Routes over what is stored. */
  public ConversionRoutes(
      DecisionLoop core, ModelRegistry models, StoredRecords stored, EventLog events, Clock clock) {
    this.core = core;
    this.models = models;
    this.stored = stored;
    this.events = events;
    this.clock = clock;
  }

  private record Last(long number) {}

  @Override
  public void mount(Router api, HandlerTools tools) {
    api.post(PATH).handler(tools.jsonBody()).handler(ctx -> add(ctx, tools));
    api.get(PATH).handler(ctx -> list(ctx, tools));
  }

  private void add(RoutingContext ctx, HandlerTools tools) {
    VersionPath path = VersionPath.of(ctx, tools);
    NewConversion conversion = tools.readJson(ctx, NewConversion.class);
    tools.handleAsync(ctx, CREATED, core.submit(tx -> view(add(tx, path, conversion))));
  }

  private StoredConversion add(Transaction tx, VersionPath path, NewConversion conversion) {
    ModelVersion version = models.require(tx.records(), path.model(), path.version());
    String prefix = prefix(version);
    long number = tx.get(LAST, prefix).map(Last::number).orElse(0L) + 1;
    if (number > MAX_CONVERSIONS) {
      throw new FlotillaException(
          ErrorCode.CONFLICT,
          "%s has %d conversions already".formatted(version.reference(), MAX_CONVERSIONS));
    }
    StoredConversion added = new StoredConversion(number, conversion, OPERATOR, clock.millis());
    tx.put(LAST, prefix, new Last(number));
    tx.put(CONVERSIONS, prefix + row(number), added);
    String subject = "model/" + version.reference();
    tx.audit(
        new AuditAction(OPERATOR, "model.convert", subject, Map.of("kind", conversion.kind())));
    events.append(tx, event(version, conversion, subject));
    return added;
  }

  private static FleetEvent event(ModelVersion version, NewConversion conversion, String subject) {
    Map<String, Object> data = new TreeMap<>();
    data.put("model", version.model());
    data.put("version", version.version());
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
              String prefix = prefix(models.require(path.model(), path.version()));
              List<StoredConversion> page =
                  stored
                      .scan(CONVERSIONS, prefix, after == 0 ? "" : prefix + row(after), limit)
                      .stream()
                      .map(Table.Row::value)
                      .toList();
              return Paging.page(
                  page, limit, ConversionRoutes::view, last -> Long.toString(last.number()));
            }));
  }

  private static String prefix(ModelVersion version) {
    return String.format(Locale.ROOT, "%s/%010d/", version.model(), version.version());
  }

  private static String row(long number) {
    return String.format(Locale.ROOT, "%010d", number);
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
