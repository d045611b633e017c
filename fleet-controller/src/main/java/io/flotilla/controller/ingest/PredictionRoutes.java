package io.flotilla.controller.ingest;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.controller.core.DecisionLoop;
import io.flotilla.controller.core.Reason;
import io.flotilla.controller.core.StoredRecords;
import io.flotilla.controller.core.Table;
import io.flotilla.controller.http.HandlerTools;
import io.flotilla.controller.http.Routes;
import io.flotilla.controller.http.codec.ApiJson;
import io.flotilla.protocol.message.WindowReport.Totals;
import io.flotilla.registry.store.RecordStore;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Accounting of predictions, what was captured, and labels that arrive later. */
public final class PredictionRoutes implements Routes {
  /** Most bytes of one upload of labels: 64 MiB. */
  public static final long MAX_LABELS_BYTES = 64L << 20;

  private static final int LABELS_AT_ONCE = 1000;
  private static final int PAGES_READ = 10;

  private final DecisionLoop core;
  private final StoredRecords stored;
  private final Predictions predictions;
  private final Consumer<String> requireModel;

  /**
   * Routes over what is stored.
   *
   * @param requireModel throws {@code MODEL_NOT_FOUND} if no model of this name is registered; may
   *     block
   */
  public PredictionRoutes(
      DecisionLoop core,
      StoredRecords stored,
      Predictions predictions,
      Consumer<String> requireModel) {
    this.core = core;
    this.requireModel = requireModel;
    this.stored = stored;
    this.predictions = predictions;
  }

  @Override
  public void mount(Router api, HandlerTools tools) {
    api.get("/predictions/:model")
        .handler(
            ctx -> {
              String model = tools.path(ctx, "model");
              tools.handleAsync(ctx, tools.blocking(() -> accounting(model)));
            });
    tools
        .accepting(api.get("/captured"), "model", "sampled", "unlabelled", "after", "limit")
        .handler(ctx -> captured(ctx, tools));
    tools
        .accepting(api.post("/labels"), Reason.NAME)
        .handler(
            ctx -> {
              Reason reason = Reason.of(tools.query(ctx, Reason.NAME));
              tools.handleAsync(
                  ctx,
                  tools
                      .receive(ctx, MAX_LABELS_BYTES)
                      .thenCompose(file -> tools.blocking(() -> label(file, reason))));
            });
  }

  private Map<String, Object> accounting(String model) {
    requireModel.accept(model);
    long total = 0;
    long duplicates = 0;
    Map<String, Long> byVersion = new TreeMap<>();
    Map<String, Object> byDevice = new TreeMap<>();
    String after = "";
    List<Table.Row<Accounting>> page;
    do {
      page = stored.scan(Predictions.ACCOUNTING, "", after, RecordStore.MAX_SCAN);
      for (Table.Row<Accounting> row : page) {
        after = row.id();
        Accounting.Stored of = row.value().models().getOrDefault(model, Accounting.Stored.NONE);
        total += of.total();
        duplicates += of.duplicates();
        of.byVersion().forEach((version, count) -> byVersion.merge(version, count, Long::sum));
        Totals device = row.value().device();
        byDevice.put(
            row.id(),
            Map.of(
                "made", device.made(),
                "captured", device.captured(),
                "refused", device.refused(),
                "stored", of.total()));
      }
    } while (page.size() == RecordStore.MAX_SCAN);
    return Map.of(
        "stored", total,
        "duplicates", duplicates,
        "byVersion", byVersion,
        "byDevice", byDevice);
  }

  /** What the caller of {@code GET /captured} wants. */
  private record Wanted(
      Optional<String> model, boolean sampled, boolean unlabelled, String after, int limit) {
    boolean matches(StoredPrediction prediction) {
      return model.map(prediction.model()::equals).orElse(true)
          && (!sampled || prediction.hasInput())
          && (!unlabelled || prediction.truth().isEmpty());
    }
  }

  private void captured(RoutingContext ctx, HandlerTools tools) {
    Wanted wanted =
        new Wanted(
            tools.query(ctx, "model"),
            tools.query(ctx, "sampled").map("true"::equals).orElse(false),
            tools.query(ctx, "unlabelled").map("true"::equals).orElse(false),
            tools.query(ctx, "after").orElse(""),
            tools.limit(ctx));
    tools.handleAsync(ctx, tools.blocking(() -> captured(wanted)));
  }

  /** One page; it may have fewer items than asked for, or none, and still have a next one. */
  private Map<String, @Nullable Object> captured(Wanted wanted) {
    List<Map<String, @Nullable Object>> items = new ArrayList<>();
    String after = wanted.after();
    boolean end = false;
    for (int read = 0; read < PAGES_READ && !end && items.size() < wanted.limit(); read++) {
      List<Table.Row<StoredPrediction>> page =
          stored.scan(Predictions.PREDICTIONS, "", after, HandlerTools.MAX_LIMIT);
      end = page.size() < HandlerTools.MAX_LIMIT;
      for (Table.Row<StoredPrediction> row : page) {
        if (items.size() == wanted.limit()) {
          end = false;
          break;
        }
        after = row.id();
        if (wanted.matches(row.value())) {
          items.add(view(row.id(), row.value()));
        }
      }
    }
    Map<String, @Nullable Object> answer = new LinkedHashMap<>();
    answer.put("items", items);
    answer.put("next", end ? null : after);
    return answer;
  }

  private static Map<String, @Nullable Object> view(String id, StoredPrediction prediction) {
    Map<String, @Nullable Object> view = new LinkedHashMap<>();
    view.put("id", id);
    view.put("device", StoredPrediction.deviceOf(id));
    view.put("model", prediction.model());
    view.put("version", prediction.version());
    view.put("atMs", prediction.atMs());
    view.put("label", prediction.label().orElse(null));
    view.put("score", prediction.score());
    view.put("hasInput", prediction.hasInput());
    view.put("truth", prediction.truth().orElse(null));
    return view;
  }

  /** A line of an upload of labels. */
  record LabelLine(String id, String label) {}

  /**
   * Labels line by line, a thousand in one transaction with an audit entry of its own; a malformed
   * line ends it, and what came before stays, as labelling again does no harm.
   */
  private Map<String, Object> label(Path file, Reason reason) {
    long accepted = 0;
    long unknown = 0;
    try (BufferedReader lines = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
      List<LabelLine> part = new ArrayList<>();
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (!line.isBlank()) {
          part.add(ApiJson.decode(line.getBytes(StandardCharsets.UTF_8), LabelLine.class));
        }
        if (part.size() == LABELS_AT_ONCE) {
          long known = label(part, reason);
          accepted += known;
          unknown += part.size() - known;
          part.clear();
        }
      }
      long known = label(part, reason);
      return Map.of("accepted", accepted + known, "unknown", unknown + part.size() - known);
    } catch (IOException e) {
      throw new FlotillaException(
          ErrorCode.INPUT_INVALID, "the labels cannot be read as lines of UTF-8 text", e);
    }
  }

  private long label(List<LabelLine> part, Reason reason) {
    List<LabelLine> lines = List.copyOf(part);
    return core.submitWaiting(
            tx -> {
              long known =
                  lines.stream()
                      .filter(line -> predictions.label(tx, line.id(), line.label()))
                      .count();
              if (known > 0) {
                tx.audit(
                    reason.action(
                        "prediction.label", "prediction", Map.of("count", Long.toString(known))));
              }
              return known;
            })
        .toCompletableFuture()
        .join();
  }
}
