package io.flotilla.controller.training;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.controller.core.DecisionLoop;
import io.flotilla.controller.event.EventLog;
import io.flotilla.controller.event.FleetEvent;
import io.flotilla.controller.http.HandlerTools;
import io.flotilla.controller.http.Routes;
import io.flotilla.registry.dataset.Dataset;
import io.flotilla.registry.dataset.DatasetRegistry;
import io.vertx.core.Context;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Registers datasets, also of captured rows, lists them and hands them out. */
public final class DatasetRoutes implements Routes {
  private static final int CREATED = 201;
  private static final int OK = 200;

  private final DecisionLoop core;
  private final DatasetRegistry datasets;
  private final CapturedRows captured;
  private final EventLog events;
  private final Path scratch;

  /**
   * Routes over these datasets.
   *
   * @param scratch an existing folder for files in the making
   */
  public DatasetRoutes(
      DecisionLoop core,
      DatasetRegistry datasets,
      CapturedRows captured,
      EventLog events,
      Path scratch) {
    this.core = core;
    this.datasets = datasets;
    this.captured = captured;
    this.events = events;
    this.scratch = scratch;
  }

  @Override
  public void mount(Router api, HandlerTools tools) {
    api.post("/datasets/:name/captured")
        .handler(tools.jsonBody())
        .handler(
            ctx -> {
              String name = tools.path(ctx, "name");
              CapturedRows.Wanted wanted = tools.readJson(ctx, CapturedRows.Wanted.class);
              answer(ctx, tools, tools.blocking(() -> registerCaptured(name, wanted)));
            });
    api.post("/datasets/:name")
        .handler(
            ctx -> {
              String name = tools.path(ctx, "name");
              answer(
                  ctx,
                  tools,
                  tools
                      .receive(ctx, DatasetRegistry.MAX_BYTES)
                      .thenCompose(file -> tools.blocking(() -> register(name, file))));
            });
    api.get("/datasets")
        .handler(
            ctx ->
                tools.handleAsync(
                    ctx,
                    tools.blocking(
                        () -> {
                          Map<String, @Nullable Object> answer = new LinkedHashMap<>();
                          answer.put("items", datasets.list());
                          answer.put("next", null);
                          return answer;
                        })));
    api.get("/datasets/:name/versions/:version/content").handler(ctx -> content(ctx, tools));
  }

  private DatasetRegistry.Registered register(String name, Path file) {
    try (InputStream csv = Files.newInputStream(file)) {
      return datasets.register(name, csv, Map.of());
    } catch (IOException e) {
      throw new FlotillaException(ErrorCode.STORAGE_FAILED, "the dataset cannot be read", e);
    }
  }

  private DatasetRegistry.Registered registerCaptured(String name, CapturedRows.Wanted wanted) {
    try {
      Path file = Files.createTempFile(scratch, "captured", ".csv");
      try {
        captured.write(wanted, file);
        return register(name, file);
      } finally {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      throw new FlotillaException(
          ErrorCode.STORAGE_FAILED, "the captured rows cannot be written", e);
    }
  }

  private void answer(
      RoutingContext ctx, HandlerTools tools, CompletionStage<DatasetRegistry.Registered> stage) {
    Context context = ctx.vertx().getOrCreateContext();
    var _ =
        stage
            .thenCompose(this::announced)
            .whenComplete(
                (registered, failure) ->
                    context.runOnContext(
                        now -> {
                          if (failure != null) {
                            tools.fail(ctx, failure);
                          } else {
                            tools.json(
                                ctx, registered.created() ? CREATED : OK, registered.dataset());
                          }
                        }));
  }

  private CompletionStage<DatasetRegistry.Registered> announced(
      DatasetRegistry.Registered registered) {
    return core.submit(
        tx -> {
          if (registered.created()) {
            Dataset dataset = registered.dataset();
            events.append(
                tx,
                new FleetEvent(
                    "io.flotilla.dataset.registered",
                    "dataset/%s:%d".formatted(dataset.name(), dataset.version()),
                    Map.of("digest", dataset.digest(), "rows", dataset.rows())));
          }
          return registered;
        });
  }

  private void content(RoutingContext ctx, HandlerTools tools) {
    String reference = tools.path(ctx, "name") + ":" + tools.path(ctx, "version");
    Context context = ctx.vertx().getOrCreateContext();
    var _ =
        tools
            .blocking(() -> datasets.content(datasets.resolve(reference)))
            .whenComplete(
                (file, failure) ->
                    context.runOnContext(
                        now -> {
                          if (failure != null) {
                            tools.fail(ctx, failure);
                          } else {
                            tools.sendFile(ctx, file, "text/csv; charset=utf-8");
                          }
                        }));
  }
}
