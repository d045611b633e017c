package io.flotilla.controller.catalog;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.controller.core.DecisionLoop;
import io.flotilla.controller.core.Transaction;
import io.flotilla.controller.event.EventLog;
import io.flotilla.controller.event.FleetEvent;
import io.flotilla.controller.http.HandlerTools;
import io.flotilla.controller.http.Routes;
import io.flotilla.registry.model.ModelRegistry;
import io.flotilla.registry.model.ModelVersion;
import io.vertx.core.Context;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Registers, lists, shows, hands out and deletes model versions. */
public final class ModelRoutes implements Routes {
  private static final Logger LOG = LoggerFactory.getLogger(ModelRoutes.class);
  private static final int CREATED = 201;
  private static final int OK = 200;
  private static final String OPERATOR = "operator";

  private final DecisionLoop core;
  private final ModelRegistry registry;
  private final RegistryCatalog catalog;
  private final EventLog events;
  private final Config config;

  /**
   * What the routes need to know.
   *
   * @param maxArchiveBytes largest upload
   * @param usedBy what uses a version, as seen by a decision: ids of devices or rollouts
   */
  public record Config(
      long maxArchiveBytes, BiFunction<Transaction, ModelVersion, List<String>> usedBy) {}

  /** Routes over this registry. */
  public ModelRoutes(
      DecisionLoop core,
      ModelRegistry registry,
      RegistryCatalog catalog,
      EventLog events,
      Config config) {
    this.core = core;
    this.registry = registry;
    this.catalog = catalog;
    this.events = events;
    this.config = config;
  }

  @Override
  public void mount(Router api, HandlerTools tools) {
    api.post("/models/:name/versions").handler(ctx -> register(ctx, tools));
    api.get("/models").handler(ctx -> list(ctx, tools, Optional.empty()));
    api.get("/models/:name").handler(ctx -> list(ctx, tools, Optional.of(tools.path(ctx, "name"))));
    api.get("/models/:name/versions/:version")
        .handler(
            ctx -> {
              Named named = named(ctx, tools);
              tools.handleAsync(ctx, tools.blocking(() -> view(named.in(registry))));
            });
    api.get("/models/:name/versions/:version/archive").handler(ctx -> archive(ctx, tools));
    api.delete("/models/:name/versions/:version")
        .handler(ctx -> tools.handleAsync(ctx, delete(named(ctx, tools))));
  }

  private record Named(String model, int version) {
    ModelVersion in(ModelRegistry registry) {
      return registry.require(model, version);
    }
  }

  private static Named named(RoutingContext ctx, HandlerTools tools) {
    String version = tools.path(ctx, "version");
    if (!version.matches("[1-9][0-9]{0,8}")) {
      throw new FlotillaException(ErrorCode.VERSION_NOT_FOUND, "versions are whole numbers from 1");
    }
    return new Named(tools.path(ctx, "name"), Integer.parseInt(version));
  }

  private void register(RoutingContext ctx, HandlerTools tools) {
    String model = tools.path(ctx, "name");
    Map<String, String> tags = tags(ctx.queryParams().getAll("tag"));
    Context context = ctx.vertx().getOrCreateContext();
    var _ =
        tools
            .receive(ctx, config.maxArchiveBytes())
            .thenCompose(file -> tools.blocking(() -> register(model, file, tags)))
            .thenCompose(this::announced)
            .whenComplete(
                (registered, failure) ->
                    context.runOnContext(
                        now -> {
                          if (failure != null) {
                            tools.fail(ctx, failure);
                          } else {
                            int status = registered.created() ? CREATED : OK;
                            tools.json(ctx, status, view(registered.version()));
                          }
                        }));
  }

  private ModelRegistry.Registered register(String model, Path file, Map<String, String> tags) {
    try (InputStream archive = Files.newInputStream(file)) {
      ModelRegistry.Registered registered = registry.register(model, archive, tags, OPERATOR);
      catalog.warm(registered.version());
      return registered;
    } catch (IOException e) {
      throw new FlotillaException(
          ErrorCode.STORAGE_FAILED, "the uploaded archive cannot be read", e);
    }
  }

  private CompletionStage<ModelRegistry.Registered> announced(ModelRegistry.Registered registered) {
    return core.submit(
        tx -> {
          if (registered.created()) {
            announce(tx, "registered", registered.version());
          }
          return registered;
        });
  }

  /** {@code tag=key=value}, repeatable. */
  private static Map<String, String> tags(List<String> texts) {
    Map<String, String> tags = new TreeMap<>();
    for (String text : texts) {
      int at = text.indexOf('=');
      if (at < 1) {
        throw new FlotillaException(ErrorCode.INPUT_INVALID, "a tag is key=value, not " + text);
      }
      tags.put(text.substring(0, at), text.substring(at + 1));
    }
    return tags;
  }

  private void list(RoutingContext ctx, HandlerTools tools, Optional<String> model) {
    tools.handleAsync(
        ctx,
        tools.blocking(
            () -> {
              List<ModelVersion> versions = registry.list(model);
              if (model.isPresent() && versions.isEmpty()) {
                throw new FlotillaException(
                    ErrorCode.MODEL_NOT_FOUND, "no version of this model is registered");
              }
              Map<String, @Nullable Object> answer = new LinkedHashMap<>();
              answer.put("items", versions.stream().map(ModelRoutes::view).toList());
              answer.put("next", null);
              return answer;
            }));
  }

  private void archive(RoutingContext ctx, HandlerTools tools) {
    Named named = named(ctx, tools);
    Context context = ctx.vertx().getOrCreateContext();
    var _ =
        tools
            .blocking(() -> registry.archive(named.in(registry)))
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

  /** On the core thread, so that no rollout can take the version up in between. */
  private CompletionStage<Void> delete(Named named) {
    return core.submit(
            tx -> {
              ModelVersion version = named.in(registry);
              registry.delete(
                  named.model(),
                  named.version(),
                  OPERATOR,
                  found -> config.usedBy().apply(tx, found));
              catalog.forget(named.model(), named.version());
              announce(tx, "deleted", version);
              return version;
            })
        .thenAccept(version -> LOG.info("{} is deleted", version.reference()));
  }

  private void announce(Transaction tx, String what, ModelVersion version) {
    events.append(
        tx,
        new FleetEvent(
            "io.flotilla.model." + what,
            "model/" + version.reference(),
            Map.of(
                "model", version.model(),
                "version", version.version(),
                "bundle", version.bundle(),
                "verified", version.registration().verified())));
  }

  /** A version as the API shows it. */
  private static Map<String, @Nullable Object> view(ModelVersion version) {
    Map<String, @Nullable Object> view = new LinkedHashMap<>();
    view.put("model", version.model());
    view.put("version", version.version());
    view.put("bundle", version.bundle());
    view.put("archive", version.archive());
    view.put("tags", version.tags());
    view.put("lineage", version.lineage());
    view.put("manifest", version.manifest());
    view.put("publisher", version.registration().publisher().orElse(null));
    view.put("verified", version.registration().verified());
    view.put("refusal", version.registration().refusal().map(Enum::name).orElse(null));
    view.put("registeredAtMs", version.registration().atMs());
    view.put("registeredBy", version.registration().by());
    return view;
  }
}
