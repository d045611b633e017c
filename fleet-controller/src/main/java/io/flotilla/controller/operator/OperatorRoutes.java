package io.flotilla.controller.operator;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.controller.access.Caller;
import io.flotilla.controller.access.Grant;
import io.flotilla.controller.core.DecisionLoop;
import io.flotilla.controller.core.Reason;
import io.flotilla.controller.core.Transaction;
import io.flotilla.controller.event.EventLog;
import io.flotilla.controller.event.FleetEvent;
import io.flotilla.controller.http.HandlerTools;
import io.flotilla.controller.http.Routes;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** Operators and their tokens. */
public final class OperatorRoutes implements Routes {
  private static final int CREATED = 201;
  private static final int DEFAULT_DAYS = 30;

  private final DecisionLoop core;
  private final Operators operators;
  private final EventLog events;
  private final Clock clock;

  /** Routes over these operators. */
  public OperatorRoutes(DecisionLoop core, Operators operators, EventLog events, Clock clock) {
    this.core = core;
    this.operators = operators;
    this.events = events;
    this.clock = clock;
  }

  /** What an operator shall be. */
  record Wanted(List<AccessFile.GrantForm> grants, Optional<String> reason) {}

  /** What a token shall be. */
  record WantedToken(
      Optional<String> description, Optional<Integer> days, Optional<String> reason) {}

  @Override
  public void mount(Router api, HandlerTools tools) {
    api.get("/operators")
        .handler(
            ctx ->
                tools.json(
                    ctx, Map.of("items", operators.list().stream().map(this::view).toList())));
    api.get("/operators/:name")
        .handler(ctx -> tools.json(ctx, view(operators.require(tools.path(ctx, "name")))));
    api.put("/operators/:name").handler(tools.jsonBody()).handler(ctx -> put(ctx, tools));
    tools
        .accepting(api.delete("/operators/:name"), Reason.NAME)
        .handler(ctx -> tools.handleAsync(ctx, delete(ctx, tools)));
    api.post("/operators/:name/tokens").handler(tools.jsonBody()).handler(ctx -> issue(ctx, tools));
    tools
        .accepting(api.delete("/operators/:name/tokens/:token"), Reason.NAME)
        .handler(ctx -> tools.handleAsync(ctx, revoke(ctx, tools)));
    api.get("/whoami").handler(ctx -> tools.json(ctx, whoAmI(Caller.current())));
  }

  private void put(RoutingContext ctx, HandlerTools tools) {
    String name = tools.path(ctx, "name");
    Wanted wanted = tools.readJson(ctx, Wanted.class);
    Reason reason = Reason.of(wanted.reason());
    List<Grant> grants = wanted.grants().stream().map(AccessFile.GrantForm::grant).toList();
    tools.handleAsync(
        ctx,
        core.submit(
                tx -> {
                  OperatorAccount account =
                      operators.put(tx, name, grants, Caller.current().name(), clock.millis());
                  String roles =
                      String.join(",", grants.stream().map(g -> g.role().text()).toList());
                  tx.audit(reason.action("operator.put", subject(name), Map.of("roles", roles)));
                  announce(tx, "changed", name);
                  return account;
                })
            .thenApply(this::view));
  }

  private CompletionStage<Void> delete(RoutingContext ctx, HandlerTools tools) {
    String name = tools.path(ctx, "name");
    Reason reason = Reason.of(tools.query(ctx, Reason.NAME));
    return core.submit(
            tx -> {
              operators.delete(tx, name);
              tx.audit(reason.action("operator.delete", subject(name)));
              announce(tx, "deleted", name);
              return name;
            })
        .thenAccept(deleted -> {});
  }

  private void issue(RoutingContext ctx, HandlerTools tools) {
    String name = tools.path(ctx, "name");
    WantedToken wanted = tools.readJson(ctx, WantedToken.class);
    Reason reason = Reason.of(wanted.reason());
    int days = wanted.days().orElse(DEFAULT_DAYS);
    if (days < 1 || days > Operators.MAX_TOKEN_LIFE.toDays()) {
      throw new FlotillaException(
          ErrorCode.INPUT_INVALID,
          "a token lives 1 to %d days".formatted(Operators.MAX_TOKEN_LIFE.toDays()));
    }
    tools.handleAsync(
        ctx,
        CREATED,
        core.submit(
            tx -> {
              Operators.Issued issued =
                  operators.issue(
                      tx,
                      name,
                      wanted.description().orElse(""),
                      Duration.ofDays(days),
                      clock.millis());
              tx.audit(
                  reason.action(
                      "operator.token.issue", subject(name), Map.of("token", issued.token().id())));
              announce(tx, "token.issued", name);
              Map<String, Object> answer = new LinkedHashMap<>(view(issued.token()));
              answer.put("token", issued.text());
              return answer;
            }));
  }

  private CompletionStage<Void> revoke(RoutingContext ctx, HandlerTools tools) {
    String name = tools.path(ctx, "name");
    String token = tools.path(ctx, "token");
    Reason reason = Reason.of(tools.query(ctx, Reason.NAME));
    return core.submit(
            tx -> {
              ApiToken revoked = operators.revoke(tx, name, token, clock.millis());
              tx.audit(
                  reason.action(
                      "operator.token.revoke", subject(name), Map.of("token", revoked.id())));
              announce(tx, "token.revoked", name);
              return name;
            })
        .thenAccept(done -> {});
  }

  private void announce(Transaction tx, String what, String name) {
    events.append(
        tx,
        new FleetEvent(
            "io.flotilla.operator." + what, subject(name), Map.of("by", Caller.current().name())));
  }

  private static String subject(String name) {
    return "operator/" + name;
  }

  private static Map<String, Object> whoAmI(Caller caller) {
    return Map.of("name", caller.name(), "grants", grants(caller.grants()));
  }

  private Map<String, Object> view(OperatorAccount account) {
    Map<String, Object> view = new LinkedHashMap<>();
    view.put("name", account.name());
    view.put("grants", grants(account.grants()));
    view.put("createdAtMs", account.createdAtMs());
    view.put("by", account.by());
    view.put(
        "tokens", operators.tokens(account.name()).stream().map(OperatorRoutes::view).toList());
    return view;
  }

  private static List<Map<String, String>> grants(List<Grant> grants) {
    return grants.stream()
        .map(
            grant ->
                Map.of(
                    "role", grant.role().text(),
                    "models", grant.models(),
                    "devices", grant.devices()))
        .toList();
  }

  private static Map<String, Object> view(ApiToken token) {
    Map<String, Object> view = new LinkedHashMap<>();
    view.put("id", token.id());
    view.put("description", token.description());
    view.put("createdAtMs", token.createdAtMs());
    view.put("expiresAtMs", token.expiresAtMs());
    view.put("revoked", token.revokedAtMs() > 0);
    return view;
  }
}
