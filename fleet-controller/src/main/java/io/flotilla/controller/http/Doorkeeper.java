package io.flotilla.controller.http;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.controller.access.Caller;
import io.flotilla.controller.access.Permission;
import io.vertx.core.Handler;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * Lets requests in: who calls, whether they ask too often, and whether they may do this. Every
 * request gets an id, which its answer carries as {@value #REQUEST_ID}.
 */
final class Doorkeeper implements Handler<RoutingContext> {
  /** The header with the request's id. */
  static final String REQUEST_ID = "Flotilla-Request-Id";

  private static final String BEARER = "Bearer ";
  private static final String MODEL = "name";
  private static final String MODELS = "models";

  private final Authenticator authenticator;
  private final AccessRules rules;
  private final HandlerTools tools;
  private final Throttle callers;
  private final Throttle refused;

  Doorkeeper(Entry entry, HandlerTools tools) {
    this.authenticator = entry.authenticator();
    this.rules = entry.rules();
    RateLimits limits = entry.limits();
    this.tools = tools;
    this.callers = Throttle.of(limits.burst(), limits.perSecond(), Duration.ofSeconds(1));
    this.refused =
        Throttle.of(limits.refusedPerMinute(), limits.refusedPerMinute(), Duration.ofMinutes(1));
  }

  @Override
  public void handle(RoutingContext ctx) {
    String request = UUID.randomUUID().toString();
    ctx.response().putHeader(REQUEST_ID, request);
    String from = ctx.request().remoteAddress().hostAddress();
    List<String> path = path(ctx);
    Optional<AccessRules.Rule> rule = rules.find(ctx.request().method().name(), path);
    if (rule.isPresent() && rule.get().permission().isEmpty()) {
      admit(ctx, new Caller("anonymous", from, request, List.of()));
      return;
    }
    Optional<String> token = token(ctx);
    Optional<Caller> known = token.flatMap(t -> authenticator.known(t, from, request));
    if (known.isPresent()) {
      enter(ctx, known.get(), rule, path);
    } else if (refused.empty(from)) {
      tools.fail(ctx, tooMany("this address sent too many requests without a valid token"));
    } else if (token.filter(authenticator::mayBeForeign).isPresent()) {
      ctx.request().pause();
      tools.whenDone(
          ctx,
          tools.blocking(() -> authenticator.foreign(token.get(), from, request)),
          caller -> {
            ctx.request().resume();
            caller.ifPresentOrElse(c -> enter(ctx, c, rule, path), () -> refuse(ctx, from));
          });
    } else {
      refuse(ctx, from);
    }
  }

  private void enter(
      RoutingContext ctx, Caller caller, Optional<AccessRules.Rule> rule, List<String> path) {
    long wait = callers.take(caller.name());
    if (wait > 0) {
      tools.fail(ctx, tooMany("%s sends too many requests".formatted(caller.name())));
      return;
    }
    if (rule.isEmpty()) {
      tools.fail(ctx, NoSuchEndpoint.failure());
      return;
    }
    demand(caller, rule.get(), path);
    admit(ctx, caller);
  }

  private static void demand(Caller caller, AccessRules.Rule rule, List<String> path) {
    Permission permission = rule.permission().orElseThrow();
    Optional<String> model =
        path.getFirst().equals(MODELS) ? rule.variable(MODEL, path) : Optional.empty();
    if (model.isPresent() && permission != Permission.READ) {
      caller.requireModel(permission, model.get());
    } else {
      caller.require(permission);
    }
  }

  private static void admit(RoutingContext ctx, Caller caller) {
    caller.bindToRequest();
    ctx.next();
  }

  private void refuse(RoutingContext ctx, String from) {
    refused.take(from);
    tools.fail(
        ctx,
        new FlotillaException(
            ErrorCode.UNAUTHENTICATED, "send a valid token as \"Authorization: Bearer …\""));
  }

  private static FlotillaException tooMany(String what) {
    return new FlotillaException(ErrorCode.RATE_LIMITED, what + ": slow down");
  }

  private static Optional<String> token(RoutingContext ctx) {
    return Optional.ofNullable(ctx.request().getHeader("Authorization"))
        .filter(header -> header.regionMatches(true, 0, BEARER, 0, BEARER.length()))
        .map(header -> header.substring(BEARER.length()).strip());
  }

  /** The parts of the path below the base; one empty part if it is elsewhere. */
  private static List<String> path(RoutingContext ctx) {
    String path = ctx.normalizedPath();
    return path.startsWith(HttpApi.BASE + "/")
        ? AccessRules.parts(path.substring(HttpApi.BASE.length()))
        : List.of("");
  }
}
