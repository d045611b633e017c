package io.flotilla.controller.training;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.controller.catalog.Intake;
import io.flotilla.controller.catalog.RegistrationQuery;
import io.flotilla.controller.core.Reason;
import io.flotilla.controller.core.Transaction;
import io.flotilla.controller.event.EventLog;
import io.flotilla.controller.event.FleetEvent;
import io.flotilla.controller.http.HandlerTools;
import io.flotilla.controller.http.Lane;
import io.flotilla.controller.http.Paging;
import io.flotilla.controller.http.Routes;
import io.flotilla.registry.dataset.Dataset;
import io.flotilla.registry.dataset.DatasetFormat;
import io.flotilla.registry.dataset.DatasetPage;
import io.flotilla.registry.dataset.DatasetQuery;
import io.flotilla.registry.dataset.DatasetRegistry;
import io.flotilla.registry.dataset.DatasetRegistry.Registered;
import io.flotilla.registry.dataset.NewDataset;
import io.flotilla.registry.dataset.PreparedDataset;
import io.flotilla.registry.dataset.profile.ProfileComparison;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Registers datasets, also of captured rows, lists them, tells what is in them, compares them and
 * hands them out.
 */
public final class DatasetRoutes implements Routes {
  private static final int CREATED = 201;
  private static final int OK = 200;

  private final Intake intake;
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
      Intake intake,
      DatasetRegistry datasets,
      CapturedRows captured,
      EventLog events,
      Path scratch) {
    this.intake = intake;
    this.datasets = datasets;
    this.captured = captured;
    this.events = events;
    this.scratch = scratch;
  }

  @Override
  public void mount(Router api, HandlerTools tools) {
    api.post("/datasets/:name/captured")
        .handler(tools.jsonBody())
        .handler(ctx -> registerCaptured(ctx, tools));
    tools
        .accepting(api.post("/datasets/:name"), "format", "tag", "description", Reason.NAME)
        .handler(ctx -> register(ctx, tools));
    tools
        .accepting(api.get("/datasets"), "name", "after", "limit")
        .handler(ctx -> list(ctx, tools));
    String version = "/datasets/:name/versions/:version";
    api.get(version)
        .handler(
            ctx -> {
              String reference = reference(ctx, tools);
              tools.handleAsync(
                  ctx, tools.blocking(() -> DatasetViews.dataset(datasets.resolve(reference))));
            });
    api.get(version + "/profile").handler(ctx -> profile(ctx, tools));
    tools.accepting(api.get(version + "/comparison"), "with").handler(ctx -> compare(ctx, tools));
    api.get(version + "/content").handler(ctx -> content(ctx, tools));
  }

  private static String reference(RoutingContext ctx, HandlerTools tools) {
    return tools.path(ctx, "name") + ":" + tools.path(ctx, "version");
  }

  private void register(RoutingContext ctx, HandlerTools tools) {
    NewDataset request =
        new NewDataset(
            tools.path(ctx, "name"),
            tools.query(ctx, "format").map(DatasetFormat::named),
            Optional.empty(),
            tools.query(ctx, "description").orElse(""),
            RegistrationQuery.tags(ctx, tools));
    Reason reason = Reason.of(tools.query(ctx, Reason.NAME));
    answer(
        ctx,
        tools,
        intake.take(
            tools,
            new Intake.Attempt("dataset", request.name()),
            tools.receive(ctx, DatasetRegistry.MAX_BYTES),
            file -> steps(() -> prepare(request, file), reason)));
  }

  private void registerCaptured(RoutingContext ctx, HandlerTools tools) {
    NewDataset request = NewDataset.named(tools.path(ctx, "name")).withFormat(DatasetFormat.CSV);
    CapturedRows.Wanted wanted = tools.readJson(ctx, CapturedRows.Wanted.class);
    Reason reason = Reason.of(wanted.reason());
    tools.withMoreTime(ctx);
    answer(
        ctx,
        tools,
        intake.take(
            tools,
            new Intake.Attempt("dataset", request.name()),
            steps(() -> prepareCaptured(request, wanted), reason)));
  }

  private Intake.Steps<PreparedDataset, Registered> steps(
      Supplier<PreparedDataset> prepare, Reason reason) {
    return new Intake.Steps<>(
        prepare, (tx, prepared) -> commit(tx, prepared, reason), PreparedDataset::close);
  }

  private PreparedDataset prepare(NewDataset request, Path file) {
    try (InputStream content = Files.newInputStream(file)) {
      return datasets.prepare(request, content);
    } catch (IOException e) {
      throw new FlotillaException(ErrorCode.STORAGE_FAILED, "the dataset cannot be read", e);
    }
  }

  private PreparedDataset prepareCaptured(NewDataset request, CapturedRows.Wanted wanted) {
    try {
      Path file = Files.createTempFile(scratch, "captured", ".csv");
      try {
        captured.write(wanted, file);
        return prepare(request, file);
      } finally {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      throw new FlotillaException(
          ErrorCode.STORAGE_FAILED, "the captured rows cannot be written", e);
    }
  }

  private Registered commit(Transaction tx, PreparedDataset prepared, Reason reason) {
    Registered registered = datasets.commit(tx.records(), prepared);
    if (registered.created()) {
      Dataset dataset = registered.dataset();
      String subject = "dataset/" + DatasetViews.reference(dataset);
      tx.audit(reason.action("dataset.register", subject));
      events.append(
          tx,
          new FleetEvent(
              "io.flotilla.dataset.registered",
              subject,
              Map.of(
                  "digest",
                  dataset.digest(),
                  "rows",
                  dataset.rows(),
                  "format",
                  dataset.format().name())));
    }
    return registered;
  }

  private static void answer(
      RoutingContext ctx, HandlerTools tools, CompletionStage<Registered> stage) {
    tools.whenDone(
        ctx,
        stage,
        registered ->
            tools.json(
                ctx,
                registered.created() ? CREATED : OK,
                DatasetViews.dataset(registered.dataset())));
  }

  private void list(RoutingContext ctx, HandlerTools tools) {
    DatasetQuery query =
        new DatasetQuery(
            tools.query(ctx, "name").orElse("*"),
            tools.query(ctx, "after").orElse(""),
            tools.limit(ctx));
    tools.handleAsync(
        ctx,
        tools.blocking(
            Lane.SEARCH,
            () -> {
              DatasetPage page = datasets.list(query);
              return Paging.page(DatasetViews.datasets(page.datasets()), page.next());
            }));
  }

  private void profile(RoutingContext ctx, HandlerTools tools) {
    String reference = reference(ctx, tools);
    tools.handleAsync(
        ctx,
        tools.blocking(
            Lane.SEARCH,
            () -> {
              Dataset dataset = datasets.resolve(reference);
              return DatasetViews.profile(dataset, datasets.profile(dataset));
            }));
  }

  /** What changed from this one to the one that the query names. */
  private void compare(RoutingContext ctx, HandlerTools tools) {
    String reference = reference(ctx, tools);
    String with =
        tools
            .query(ctx, "with")
            .orElseThrow(
                () ->
                    new FlotillaException(
                        ErrorCode.INPUT_INVALID, "name the other dataset: ?with=name:version"));
    tools.handleAsync(ctx, tools.blocking(Lane.SEARCH, () -> comparison(reference, with)));
  }

  private Map<String, @Nullable Object> comparison(String reference, String with) {
    Dataset before = datasets.resolve(reference);
    Dataset after = datasets.resolve(with);
    return DatasetViews.comparison(
        before,
        after,
        ProfileComparison.between(datasets.profile(before), datasets.profile(after)));
  }

  private void content(RoutingContext ctx, HandlerTools tools) {
    String reference = reference(ctx, tools);
    record Content(Path file, String mediaType) {}
    tools.whenDone(
        ctx,
        tools.blocking(
            () -> {
              Dataset dataset = datasets.resolve(reference);
              return new Content(datasets.content(dataset), dataset.format().mediaType());
            }),
        found -> tools.sendFile(ctx, found.file(), found.mediaType()));
  }
}
