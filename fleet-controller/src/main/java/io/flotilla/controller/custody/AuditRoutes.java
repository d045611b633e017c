package io.flotilla.controller.custody;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.controller.core.DecisionLoop;
import io.flotilla.controller.event.EventLog;
import io.flotilla.controller.event.FleetEvent;
import io.flotilla.controller.http.HandlerTools;
import io.flotilla.controller.http.Lane;
import io.flotilla.controller.http.Paging;
import io.flotilla.controller.http.Routes;
import io.flotilla.registry.audit.AuditEntry;
import io.flotilla.registry.audit.AuditFilter;
import io.flotilla.registry.audit.AuditHead;
import io.flotilla.registry.audit.AuditLog;
import io.flotilla.registry.audit.AuditPage;
import io.flotilla.registry.audit.AuditProblem;
import io.flotilla.registry.audit.AuditVerdict;
import io.flotilla.registry.custody.StorageVerifier;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Shows the audit chain and verifies it. */
public final class AuditRoutes implements Routes {
  private final DecisionLoop core;
  private final AuditLog audit;
  private final StorageVerifier verifier;
  private final EventLog events;

  /** Routes over this log, and all that it vouches for. */
  public AuditRoutes(DecisionLoop core, AuditLog audit, StorageVerifier verifier, EventLog events) {
    this.core = core;
    this.audit = audit;
    this.verifier = verifier;
    this.events = events;
  }

  /**
   * A head that somebody kept elsewhere, both parts or none, and how much to verify.
   *
   * @param sequence number of the entry
   * @param hash its hash, 64 hexadecimal digits
   * @param files whether the store's files and the blobs are read from the disk too; empty for yes
   */
  record Expected(Optional<Long> sequence, Optional<String> hash, Optional<Boolean> files) {
    Expected {
      if (sequence.isPresent() != hash.isPresent()
          || sequence.filter(number -> number < 0).isPresent()
          || hash.filter(text -> !text.matches("[0-9a-f]{64}")).isPresent()) {
        throw new FlotillaException(
            ErrorCode.INPUT_INVALID,
            "a head has a sequence from 0 and a hash of 64 hexadecimal digits");
      }
    }

    Optional<AuditHead> head() {
      return sequence.flatMap(number -> hash.map(text -> new AuditHead(number, text)));
    }
  }

  @Override
  public void mount(Router api, HandlerTools tools) {
    tools
        .accepting(api.get("/audit"), "after", "limit", "actor", "action", "subject")
        .handler(ctx -> page(ctx, tools));
    api.get("/audit/head").handler(ctx -> tools.handleAsync(ctx, tools.blocking(audit::head)));
    api.post("/audit/verification")
        .handler(tools.jsonBody())
        .handler(
            ctx -> {
              Expected expected = tools.readJson(ctx, Expected.class);
              tools.withMoreTime(ctx);
              tools.handleAsync(ctx, tools.blocking(Lane.LENGTHY, () -> verify(expected)));
            });
  }

  private void page(RoutingContext ctx, HandlerTools tools) {
    long after = tools.number(ctx, "after").orElse(0L);
    int limit = tools.limit(ctx);
    AuditFilter filter =
        new AuditFilter(
            tools.query(ctx, "actor"), tools.query(ctx, "action"), tools.query(ctx, "subject"));
    tools.handleAsync(
        ctx,
        tools.blocking(
            Lane.SEARCH,
            () -> {
              AuditPage page = audit.page(after, limit, filter);
              return Paging.page(
                  page.entries().stream().map(AuditRoutes::view).toList(),
                  page.next().map(String::valueOf));
            }));
  }

  private Map<String, @Nullable Object> verify(Expected expected) {
    StorageVerifier.Verified verified =
        expected.files().orElse(true)
            ? verifier.verify(expected.head())
            : verifier.verifyRecords(expected.head());
    AuditVerdict verdict = verified.verdict();
    if (!verdict.intact()) {
      var _ =
          core.decide(
              tx -> {
                events.append(
                    tx,
                    new FleetEvent(
                        "io.flotilla.audit.broken",
                        "audit",
                        Map.of(
                            "problems",
                            verdict.problemCount(),
                            "first",
                            verdict.problems().getFirst().message())));
                return verdict;
              });
    }
    Map<String, @Nullable Object> view = new LinkedHashMap<>();
    view.put("intact", verdict.intact());
    view.put("entries", verdict.entries());
    view.put("records", verdict.records());
    view.put("blobs", verified.blobs());
    view.put("problemCount", verdict.problemCount());
    view.put("problems", verdict.problems().stream().map(AuditRoutes::view).toList());
    return view;
  }

  private static Map<String, @Nullable Object> view(AuditProblem problem) {
    Map<String, @Nullable Object> view = new LinkedHashMap<>();
    view.put("kind", problem.kind());
    view.put("sequence", problem.sequence().orElse(null));
    view.put("key", problem.key().orElse(null));
    view.put("message", problem.message());
    return view;
  }

  private static Map<String, @Nullable Object> view(AuditEntry entry) {
    Map<String, @Nullable Object> view = new LinkedHashMap<>();
    view.put("sequence", entry.sequence());
    view.put("atMs", entry.atMs());
    view.put("actor", entry.actor());
    view.put("action", entry.action());
    view.put("subject", entry.subject());
    view.put("details", entry.details());
    view.put("records", entry.records());
    view.put("previous", entry.previous());
    view.put("hash", entry.hash());
    return view;
  }
}
