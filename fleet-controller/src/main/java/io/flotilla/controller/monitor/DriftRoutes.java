package io.flotilla.controller.monitor;

import io.flotilla.controller.access.Caller;
import io.flotilla.controller.access.Permission;
import io.flotilla.controller.core.DecisionLoop;
import io.flotilla.controller.core.Reason;
import io.flotilla.controller.core.StoredRecords;
import io.flotilla.controller.core.Table;
import io.flotilla.controller.core.Transaction;
import io.flotilla.controller.http.HandlerTools;
import io.flotilla.controller.http.Routes;
import io.flotilla.drift.WindowVerdict;
import io.flotilla.registry.store.RecordStore;
import io.vertx.ext.web.Router;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Shows drift by device, and puts devices that drifted alike into cohorts. */
public final class DriftRoutes implements Routes {
  private final DecisionLoop core;
  private final StoredRecords stored;
  private final CohortAssigner cohorts;
  private final Consumer<String> requireModel;

  /**
   * Routes over what is stored.
   *
   * @param requireModel throws {@code MODEL_NOT_FOUND} if no model of this name is registered; may
   *     block
   */
  public DriftRoutes(
      DecisionLoop core,
      StoredRecords stored,
      CohortAssigner cohorts,
      Consumer<String> requireModel) {
    this.core = core;
    this.requireModel = requireModel;
    this.stored = stored;
    this.cohorts = cohorts;
  }

  @Override
  public void mount(Router api, HandlerTools tools) {
    api.get("/drift/:model")
        .handler(
            ctx -> {
              String model = tools.path(ctx, "model");
              tools.handleAsync(ctx, tools.blocking(() -> view(model)));
            });
    tools
        .accepting(api.post("/drift/:model/cohorts"), Reason.NAME)
        .handler(
            ctx -> {
              String model = tools.path(ctx, "model");
              Reason reason = Reason.of(tools.query(ctx, Reason.NAME));
              tools.handleAsync(
                  ctx,
                  tools
                      .blocking(
                          () -> {
                            requireModel.accept(model);
                            return model;
                          })
                      .thenCompose(known -> core.submit(tx -> assign(tx, known, reason))));
            });
  }

  private Map<String, Object> assign(Transaction tx, String model, Reason reason) {
    Caller.current().requireModel(Permission.ROLLOUT_WRITE, model);
    tx.audit(reason.action("drift.cohorts", "model/" + model));
    return Map.of("cohorts", cohorts.assign(tx, model));
  }

  private Map<String, Object> view(String model) {
    requireModel.accept(model);
    List<Map<String, @Nullable Object>> devices = new ArrayList<>();
    String after = "";
    List<Table.Row<DriftRecord>> page;
    do {
      page = stored.scan(DriftMonitor.RECORDS, model + "/", after, RecordStore.MAX_SCAN);
      for (Table.Row<DriftRecord> row : page) {
        after = row.id();
        devices.add(device(row.id().substring(model.length() + 1), row.value()));
      }
    } while (page.size() == RecordStore.MAX_SCAN);
    return Map.of("model", model, "devices", devices);
  }

  private static Map<String, @Nullable Object> device(String id, DriftRecord record) {
    Map<String, @Nullable Object> view = new LinkedHashMap<>();
    view.put("device", id);
    view.put("version", record.version());
    view.put("windows", record.state().windows());
    view.put("flagged", record.state().flagged());
    view.put(
        "sinceWindow",
        record.state().sinceWindow().isPresent() ? record.state().sinceWindow().getAsLong() : null);
    view.put("deviation", record.last().map(WindowVerdict::deviation).orElse(null));
    view.put("threshold", record.last().map(WindowVerdict::threshold).orElse(null));
    view.put(
        "features",
        record.last().map(last -> DriftMonitor.features(last.ranked())).orElse(List.of()));
    view.put("predictionShift", record.last().map(last -> (Object) last.prediction()).orElse(null));
    view.put("cohort", record.membership().map(DriftRecord.Membership::cohort).orElse(null));
    return view;
  }
}
