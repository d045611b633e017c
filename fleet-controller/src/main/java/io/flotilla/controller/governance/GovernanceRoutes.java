package io.flotilla.controller.governance;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.controller.catalog.VersionPath;
import io.flotilla.controller.core.StoredRecords;
import io.flotilla.controller.http.HandlerTools;
import io.flotilla.controller.http.Lane;
import io.flotilla.controller.http.Paging;
import io.flotilla.controller.http.Routes;
import io.flotilla.controller.ingest.Predictions;
import io.flotilla.controller.ingest.StoredPrediction;
import io.flotilla.registry.dataset.DatasetRegistry;
import io.flotilla.registry.environment.EnvironmentRegistry;
import io.flotilla.registry.lineage.LineageBuilder;
import io.flotilla.registry.lineage.LineageGraph;
import io.flotilla.registry.lineage.LineageSvg;
import io.flotilla.registry.model.ModelRegistry;
import io.flotilla.registry.model.ModelVersion;
import io.flotilla.registry.run.RunRegistry;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Answers where a version came from, where it ran, and what scored a request. */
public final class GovernanceRoutes implements Routes {
  private static final String SVG = "image/svg+xml";
  private static final String JSON = "application/json";
  private static final String VERSION = "/models/:name/versions/:version";
  private static final int MAX_DEVICE_CHARS = 64;

  private final ModelRegistry models;
  private final StoredRecords stored;
  private final IntervalHistory intervals;
  private final LineageSource lineage;

  /** Where what a version is linked to is registered. */
  public record Registries(
      ModelRegistry models,
      RunRegistry runs,
      DatasetRegistry datasets,
      EnvironmentRegistry environments) {}

  /** Routes over what is stored. */
  public GovernanceRoutes(Registries registries, StoredRecords stored) {
    this.models = registries.models();
    this.stored = stored;
    this.intervals = new IntervalHistory(stored);
    this.lineage =
        new LineageSource(
            new LineageSource.Registries(
                registries.runs(), registries.datasets(), registries.environments()),
            stored,
            intervals);
  }

  @Override
  public void mount(Router api, HandlerTools tools) {
    api.get(VERSION + "/lineage").handler(ctx -> lineage(ctx, tools));
    tools
        .accepting(api.get(VERSION + "/devices"), "fromMs", "toMs", "after", "limit")
        .handler(ctx -> devices(ctx, tools));
    tools.accepting(api.get("/scored"), "id", "device", "atMs").handler(ctx -> scored(ctx, tools));
  }

  /** Deleted versions have a past as well. */
  private ModelVersion recall(String model, int version) {
    return models
        .recall(model, version)
        .orElseThrow(
            () ->
                new FlotillaException(
                    ErrorCode.VERSION_NOT_FOUND,
                    "no version %d of this model was ever registered".formatted(version)));
  }

  private void lineage(RoutingContext ctx, HandlerTools tools) {
    VersionPath path = VersionPath.of(ctx, tools);
    boolean drawn = isDrawn(Optional.ofNullable(ctx.request().getHeader("Accept")));
    tools.whenDone(
        ctx,
        tools.blocking(
            Lane.SEARCH,
            () -> {
              LineageGraph graph =
                  LineageBuilder.build(lineage.of(recall(path.model(), path.version())));
              return drawn ? LineageSvg.draw(graph) : graph;
            }),
        answer -> {
          if (answer instanceof String svg) {
            ctx.response().putHeader("Content-Type", SVG).end(svg);
          } else {
            tools.json(ctx, answer);
          }
        });
  }

  /** Whether the picture comes before the JSON in what the caller accepts, or stands alone. */
  private static boolean isDrawn(Optional<String> accept) {
    return Stream.of(accept.orElse("").split(",", -1))
        .map(type -> type.replaceFirst(";.*", "").strip().toLowerCase(Locale.ROOT))
        .filter(type -> type.equals(SVG) || type.equals(JSON))
        .findFirst()
        .filter(SVG::equals)
        .isPresent();
  }

  private void devices(RoutingContext ctx, HandlerTools tools) {
    VersionPath path = VersionPath.of(ctx, tools);
    long fromMs = tools.number(ctx, "fromMs").orElse(0L);
    long toMs = tools.number(ctx, "toMs").orElse(Long.MAX_VALUE);
    if (toMs <= fromMs) {
      throw new FlotillaException(ErrorCode.INPUT_INVALID, "toMs must be after fromMs");
    }
    String after = tools.query(ctx, "after").orElse("");
    int limit = tools.limit(ctx);
    tools.handleAsync(
        ctx,
        tools.blocking(
            Lane.SEARCH,
            () -> {
              var _ = recall(path.model(), path.version());
              IntervalHistory.Page page =
                  intervals.ofVersion(
                      path.model(),
                      path.version(),
                      interval -> interval.overlaps(fromMs, toMs),
                      after,
                      limit);
              return Paging.page(
                  page.items().stream().map(GovernanceRoutes::view).toList(), page.next());
            }));
  }

  private static Map<String, @Nullable Object> view(RunningInterval interval) {
    Map<String, @Nullable Object> view = new LinkedHashMap<>();
    view.put("device", interval.device());
    view.put("fromMs", interval.fromMs());
    view.put("toMs", interval.toMs().isPresent() ? interval.toMs().getAsLong() : null);
    view.put("rollout", interval.rollout().orElse(null));
    view.put("assignment", interval.assignment());
    return view;
  }

  private void scored(RoutingContext ctx, HandlerTools tools) {
    Optional<String> id = tools.query(ctx, "id");
    Optional<String> device = tools.query(ctx, "device");
    Optional<Long> atMs = tools.number(ctx, "atMs");
    boolean byTime = id.isEmpty() && device.isPresent() && atMs.isPresent();
    boolean byId = id.isPresent() && device.isEmpty() && atMs.isEmpty();
    if (!byTime && !byId) {
      throw new FlotillaException(
          ErrorCode.INPUT_INVALID, "give either id, or device and atMs together");
    }
    tools.handleAsync(
        ctx,
        tools.blocking(
            () ->
                byId
                    ? scored(id.orElseThrow())
                    : scored(device.orElseThrow(), atMs.orElseThrow())));
  }

  private Map<String, @Nullable Object> scored(String id) {
    StoredPrediction prediction =
        stored
            .get(Predictions.PREDICTIONS, id)
            .orElseThrow(
                () ->
                    new FlotillaException(
                        ErrorCode.PREDICTION_NOT_FOUND,
                        "no captured prediction has this id: see GET /captured"));
    String device = StoredPrediction.deviceOf(id);
    return answer(
        new Asked(Optional.of(id), device, prediction.atMs()),
        recall(prediction.model(), prediction.version()),
        intervals.around(device, prediction.model(), prediction.version(), prediction.atMs()));
  }

  private Map<String, @Nullable Object> scored(String device, long atMs) {
    RunningInterval interval =
        (device.length() <= MAX_DEVICE_CHARS
                ? intervals.at(device, atMs)
                : Optional.<RunningInterval>empty())
            .orElseThrow(
                () ->
                    new FlotillaException(
                        ErrorCode.NOT_FOUND,
                        "no version is known to have run on this device at that time"));
    return answer(
        new Asked(Optional.empty(), device, atMs),
        recall(interval.version().model(), interval.version().version()),
        Optional.of(interval));
  }

  /** What was asked about, with the time of the device's clock if it was asked by id. */
  private record Asked(Optional<String> id, String device, long atMs) {}

  private static Map<String, @Nullable Object> answer(
      Asked asked, ModelVersion version, Optional<RunningInterval> interval) {
    Map<String, @Nullable Object> view = new LinkedHashMap<>();
    view.put("id", asked.id().orElse(null));
    view.put("device", asked.device());
    view.put("atMs", asked.atMs());
    view.put("model", version.model());
    view.put("version", version.version());
    view.put("bundle", version.bundle());
    view.put("publisher", version.registration().publisher().orElse(null));
    view.put("rollout", interval.flatMap(RunningInterval::rollout).orElse(null));
    view.put("interval", interval.map(GovernanceRoutes::view).orElse(null));
    view.put(
        "lineage",
        "/api/v1/models/%s/versions/%d/lineage".formatted(version.model(), version.version()));
    return view;
  }
}
