package io.flotilla.controller.catalog;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.controller.access.Caller;
import io.flotilla.controller.core.DecisionLoop;
import io.flotilla.controller.http.HandlerTools;
import io.flotilla.controller.http.Lane;
import io.flotilla.controller.http.Paging;
import io.flotilla.controller.http.Routes;
import io.flotilla.registry.model.Inspection;
import io.flotilla.registry.model.ModelRecord;
import io.flotilla.registry.model.ModelRegistry;
import io.flotilla.registry.model.ModelRegistry.Registered;
import io.flotilla.registry.model.ModelVersion;
import io.flotilla.registry.model.Prepared;
import io.flotilla.registry.model.RegistrationRequest;
import io.flotilla.registry.model.VersionDetails;
import io.flotilla.registry.search.Page;
import io.flotilla.registry.search.Query;
import io.flotilla.registry.search.Sort;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Registers, finds, shows, describes, hands out and deletes models and their versions. */
public final class ModelRoutes implements Routes {
  private static final Logger LOG = LoggerFactory.getLogger(ModelRoutes.class);
  private static final int CREATED = 201;
  private static final int OK = 200;

  /** Most versions that a model is shown with; the others have a page of their own. */
  private static final int SHOWN_VERSIONS = 100;

  private final DecisionLoop core;
  private final Intake intake;
  private final ModelRegistry registry;
  private final ModelChanges changes;
  private final Config config;

  /**
   * What the routes need besides.
   *
   * @param maxArchiveBytes largest upload
   * @param catalog learns of new versions before they are asked for
   * @param recommendations what to run a version with, by class of devices
   */
  public record Config(
      long maxArchiveBytes, RegistryCatalog catalog, Recommendations recommendations) {}

  /** Knows what to run versions with. */
  @FunctionalInterface
  public interface Recommendations {
    /** As the API shows them, by class of devices; may touch the disk. */
    Map<String, ?> of(String model, int version);
  }

  /** Routes over this registry. */
  public ModelRoutes(
      DecisionLoop core,
      Intake intake,
      ModelRegistry registry,
      ModelChanges changes,
      Config config) {
    this.core = core;
    this.intake = intake;
    this.registry = registry;
    this.changes = changes;
    this.config = config;
  }

  @Override
  public void mount(Router api, HandlerTools tools) {
    tools
        .accepting(api.get("/models"), "query", "sort", "after", "limit")
        .handler(ctx -> search(ctx, tools));
    api.get("/models/:name")
        .handler(
            ctx -> {
              String name = tools.path(ctx, "name");
              tools.handleAsync(ctx, tools.blocking(Lane.SEARCH, () -> model(name)));
            });
    api.patch("/models/:name").handler(tools.jsonBody()).handler(ctx -> describe(ctx, tools));
    String versions = "/models/:name/versions";
    tools.accepting(api.get(versions), "after", "limit").handler(ctx -> versions(ctx, tools));
    tools
        .accepting(
            api.post(versions), "tag", "metric", "dataset", "description", "reason", "environment")
        .handler(ctx -> register(ctx, tools));
    mountVersion(api, tools);
  }

  private void mountVersion(Router api, HandlerTools tools) {
    String version = "/models/:name/versions/:version";
    api.get(version)
        .handler(
            ctx -> {
              VersionPath path = VersionPath.of(ctx, tools);
              tools.handleAsync(ctx, tools.blocking(() -> whole(require(path))));
            });
    api.patch(version).handler(tools.jsonBody()).handler(ctx -> annotate(ctx, tools));
    tools.accepting(api.delete(version), "reason").handler(ctx -> delete(ctx, tools));
    api.get(version + "/inspection")
        .handler(
            ctx -> {
              VersionPath path = VersionPath.of(ctx, tools);
              tools.handleAsync(ctx, tools.blocking(() -> inspection(path)));
            });
    api.get(version + "/archive")
        .handler(
            ctx -> {
              VersionPath path = VersionPath.of(ctx, tools);
              tools.handleFile(
                  ctx,
                  tools.blocking(() -> registry.archive(require(path))),
                  "application/octet-stream");
            });
  }

  private ModelVersion require(VersionPath path) {
    return registry.require(path.model(), path.version());
  }

  private Map<String, @Nullable Object> view(ModelVersion version) {
    return ModelViews.version(registry.details(version));
  }

  /** With what is known of it beyond its own record. */
  private Map<String, @Nullable Object> whole(ModelVersion version) {
    Map<String, @Nullable Object> view = view(version);
    view.put("recommendations", config.recommendations().of(version.model(), version.version()));
    return view;
  }

  private void search(RoutingContext ctx, HandlerTools tools) {
    Query query = Query.parse(tools.query(ctx, "query").orElse(""));
    Sort sort = Sort.parse(tools.query(ctx, "sort").orElse(""));
    String after = tools.query(ctx, "after").orElse("");
    int limit = tools.limit(ctx);
    tools.handleAsync(
        ctx,
        tools.blocking(
            Lane.SEARCH,
            () -> {
              Page<VersionDetails> page = registry.search(query, sort, after, limit);
              return Paging.page(
                  page.items().stream().map(ModelViews::version).toList(), page.next());
            }));
  }

  private Map<String, @Nullable Object> model(String name) {
    Map<String, @Nullable Object> view =
        ModelViews.model(requireModel(name), registry.aliases(name));
    view.putAll(versions(name, 0, SHOWN_VERSIONS));
    return view;
  }

  private ModelRecord requireModel(String name) {
    return registry
        .model(name)
        .orElseThrow(
            () ->
                new FlotillaException(
                    ErrorCode.MODEL_NOT_FOUND, "no model of that name is registered"));
  }

  /** The history: deleted versions are among them, and say so. */
  private Map<String, @Nullable Object> versions(String name, int after, int limit) {
    List<ModelVersion> found = registry.history(name, after, limit);
    return Paging.page(found, limit, this::view, last -> Integer.toString(last.version()));
  }

  private void versions(RoutingContext ctx, HandlerTools tools) {
    String name = tools.path(ctx, "name");
    int after = (int) Math.min(Integer.MAX_VALUE, tools.number(ctx, "after").orElse(0L));
    int limit = tools.limit(ctx);
    tools.handleAsync(
        ctx,
        tools.blocking(
            Lane.SEARCH,
            () -> {
              var _ = requireModel(name);
              return versions(name, after, limit);
            }));
  }

  private Inspection inspection(VersionPath path) {
    ModelVersion version = require(path);
    return registry
        .inspection(version.model(), version.version())
        .orElseThrow(
            () ->
                new FlotillaException(
                    ErrorCode.NOT_FOUND,
                    "%s was not inspected when it was registered".formatted(version.reference())));
  }

  private void register(RoutingContext ctx, HandlerTools tools) {
    RegistrationRequest request = RegistrationQuery.of(ctx, tools, Caller.current().name());
    CompletionStage<Registered> registered =
        intake.take(
            tools,
            new Intake.Attempt("model", request.model()),
            tools.receive(ctx, config.maxArchiveBytes()),
            file ->
                new Intake.Steps<>(
                    () -> prepare(request, file), changes::register, Prepared::close));
    tools.whenDone(
        ctx,
        registered.thenCompose(done -> tools.blocking(() -> shown(done))),
        shown -> tools.json(ctx, shown.status(), shown.version()));
  }

  private Prepared prepare(RegistrationRequest request, Path file) {
    Prepared prepared = registry.prepare(request, file);
    changes.withRun(prepared);
    return prepared;
  }

  private record Shown(int status, Map<String, @Nullable Object> version) {}

  private Shown shown(Registered registered) {
    config.catalog().warm(RegistryCatalog.ref(registered.version()));
    return new Shown(registered.created() ? CREATED : OK, view(registered.version()));
  }

  private void describe(RoutingContext ctx, HandlerTools tools) {
    String name = tools.path(ctx, "name");
    ModelPatch patch = tools.readJson(ctx, ModelPatch.class);
    CompletionStage<ModelRecord> described =
        core.submit(
            tx ->
                changes.describe(
                    tx, name, patch.description(), patch.tagChanges(), patch.reason().orElse("")));
    tools.handleAsync(
        ctx,
        described.thenCompose(
            model ->
                tools.blocking(() -> ModelViews.model(model, registry.aliases(model.name())))));
  }

  private void annotate(RoutingContext ctx, HandlerTools tools) {
    VersionPath path = VersionPath.of(ctx, tools);
    VersionPatch patch = tools.readJson(ctx, VersionPatch.class);
    tools.handleAsync(
        ctx,
        core.submit(
                tx ->
                    changes.annotate(
                        tx,
                        path.model(),
                        path.version(),
                        patch.annotation(),
                        patch.reason().orElse("")))
            .thenApply(ModelViews::version));
  }

  /** In a decision, so that no rollout can take the version up in between. */
  private void delete(RoutingContext ctx, HandlerTools tools) {
    VersionPath path = VersionPath.of(ctx, tools);
    String reason = tools.query(ctx, "reason").orElse("");
    tools.handleAsync(
        ctx,
        core.submit(tx -> changes.delete(tx, path.model(), path.version(), reason))
            .thenAccept(version -> LOG.info("{} is deleted", version.reference())));
  }
}
