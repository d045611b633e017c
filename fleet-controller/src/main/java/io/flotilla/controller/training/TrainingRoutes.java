package io.flotilla.controller.training;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.controller.http.HandlerTools;
import io.flotilla.controller.http.Routes;
import io.flotilla.registry.run.Run;
import io.flotilla.registry.run.RunRegistry;
import io.vertx.core.Context;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Starts and shows runs, and hands out the bundles that they made. */
public final class TrainingRoutes implements Routes {
  private static final int CREATED = 201;

  private final TrainingRuns training;
  private final RunRegistry runs;

  /** Routes over these runs. */
  public TrainingRoutes(TrainingRuns training, RunRegistry runs) {
    this.training = training;
    this.runs = runs;
  }

  @Override
  public void mount(Router api, HandlerTools tools) {
    api.post("/runs")
        .handler(tools.jsonBody())
        .handler(
            ctx -> {
              RunRequest request = tools.readJson(ctx, RunRequest.class);
              tools.handleAsync(ctx, CREATED, tools.blocking(() -> view(training.start(request))));
            });
    api.get("/runs/:id")
        .handler(
            ctx -> {
              String id = tools.path(ctx, "id");
              tools.handleAsync(ctx, tools.blocking(() -> view(require(id))));
            });
    api.get("/runs/:id/bundle").handler(ctx -> bundle(ctx, tools));
  }

  private void bundle(RoutingContext ctx, HandlerTools tools) {
    String id = tools.path(ctx, "id");
    Context context = ctx.vertx().getOrCreateContext();
    var _ =
        tools
            .blocking(() -> bundle(id))
            .whenComplete(
                (file, failure) ->
                    context.runOnContext(
                        now -> {
                          if (failure != null) {
                            tools.fail(ctx, failure);
                          } else {
                            tools.sendFile(ctx, file, "application/octet-stream");
                          }
                        }));
  }

  private Path bundle(String id) {
    Run run = require(id);
    return training
        .bundle(run)
        .orElseThrow(
            () ->
                new FlotillaException(
                    ErrorCode.NOT_FOUND,
                    "run %s is %s and has no bundle: only a promoted model is packaged"
                        .formatted(run.id(), run.state())));
  }

  private Run require(String id) {
    return runs.find(id)
        .orElseThrow(
            () ->
                new FlotillaException(
                    ErrorCode.RUN_NOT_FOUND, "no run has this id: see GET /runs"));
  }

  /** A run as the API shows it. */
  private static Map<String, @Nullable Object> view(Run run) {
    Map<String, @Nullable Object> view = new LinkedHashMap<>();
    view.put("id", run.id());
    view.put("pipeline", run.pipeline());
    view.put("model", run.inputs().model());
    view.put("state", run.state().name());
    view.put("inputs", run.inputs().datasets());
    view.put("parameters", run.inputs().parameters());
    view.put("champion", run.inputs().champion().orElse(null));
    view.put("promoted", run.outcome().flatMap(Run.Outcome::promoted).orElse(null));
    view.put("criteria", run.outcome().map(Run.Outcome::criteria).orElse(List.of()));
    view.put("metrics", run.outcome().map(Run.Outcome::metrics).orElse(Map.of()));
    view.put(
        "modelDigest", run.outcome().map(outcome -> outcome.outputs().get("model")).orElse(null));
    view.put("startedAtMs", run.startedAtMs());
    view.put(
        "finishedAtMs", run.finishedAtMs().isPresent() ? run.finishedAtMs().getAsLong() : null);
    view.put(
        "failure",
        run.failure().map(failure -> failure.code() + ": " + failure.message()).orElse(null));
    return view;
  }
}
