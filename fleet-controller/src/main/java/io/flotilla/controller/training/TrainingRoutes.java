package io.flotilla.controller.training;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.bundle.manifest.Lineage;
import io.flotilla.controller.access.Caller;
import io.flotilla.controller.access.Permission;
import io.flotilla.controller.http.HandlerTools;
import io.flotilla.controller.http.Lane;
import io.flotilla.controller.http.Paging;
import io.flotilla.controller.http.Routes;
import io.flotilla.registry.run.Run;
import io.flotilla.registry.run.RunRegistry;
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
              Caller.current().requireModel(Permission.RUN_WRITE, request.model());
              tools.handleAsync(ctx, CREATED, tools.blocking(() -> view(training.start(request))));
            });
    api.get("/runs/:id")
        .handler(
            ctx -> {
              String id = tools.path(ctx, "id");
              tools.handleAsync(ctx, tools.blocking(() -> view(require(id))));
            });
    tools.accepting(api.get("/runs"), "after", "limit").handler(ctx -> list(ctx, tools));
    api.get("/runs/:id/bundle")
        .handler(
            ctx -> {
              String id = tools.path(ctx, "id");
              tools.handleFile(ctx, tools.blocking(() -> bundle(id)), "application/octet-stream");
            });
  }

  private void list(RoutingContext ctx, HandlerTools tools) {
    String after = tools.query(ctx, "after").orElse("");
    int limit = tools.limit(ctx);
    tools.handleAsync(
        ctx,
        tools.blocking(
            Lane.SEARCH,
            () -> Paging.page(runs.page(after, limit), limit, TrainingRoutes::view, Run::id)));
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
  private static Map<String, @Nullable Object> git(Lineage code) {
    Map<String, @Nullable Object> git = new LinkedHashMap<>();
    git.put("commit", code.gitCommit().orElse(null));
    git.put("branch", code.gitBranch().orElse(null));
    git.put("remote", code.gitRemote().orElse(null));
    git.put("dirty", code.gitDirty());
    return git;
  }

  private static Map<String, @Nullable Object> view(Run run) {
    Map<String, @Nullable Object> view = new LinkedHashMap<>();
    view.put("id", run.id());
    view.put("pipeline", run.pipeline());
    view.put("model", run.inputs().model());
    view.put("state", run.state().name());
    view.put("inputs", run.inputs().datasets());
    view.put("parameters", run.inputs().parameters());
    view.put("champion", run.inputs().champion().orElse(null));
    view.put("git", run.inputs().code().map(TrainingRoutes::git).orElse(null));
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
