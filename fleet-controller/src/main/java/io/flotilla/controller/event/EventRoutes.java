package io.flotilla.controller.event;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.controller.http.HandlerTools;
import io.flotilla.controller.http.Routes;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Events as pages of JSON, and as a stream of server-sent events. */
public final class EventRoutes implements Routes {
  /** Most streams at a time. */
  static final int MAX_STREAMS = 100;

  private final EventLog log;
  private final String source;
  private final AtomicInteger streams = new AtomicInteger();

  /**
   * Routes over this log.
   *
   * @param source who says it, in CloudEvents' terms: a URI reference such as {@code
   *     urn:flotilla:default}
   */
  public EventRoutes(EventLog log, String source) {
    this.log = log;
    this.source = source;
  }

  @Override
  public void mount(Router api, HandlerTools tools) {
    tools
        .accepting(api.get("/events"), "after", "limit")
        .handler(
            ctx -> {
              String accept = ctx.request().getHeader("Accept");
              if (accept != null && accept.contains("text/event-stream")) {
                stream(ctx, tools);
              } else {
                page(ctx, tools);
              }
            });
  }

  private void page(RoutingContext ctx, HandlerTools tools) {
    long after = tools.number(ctx, "after").orElse(0L);
    int limit = tools.limit(ctx);
    tools.handleAsync(
        ctx,
        tools.blocking(
            () -> {
              List<LoggedEvent> page = log.page(after, limit);
              Map<String, @Nullable Object> answer = new LinkedHashMap<>();
              answer.put("items", page.stream().map(e -> CloudEvents.of(e, source)).toList());
              answer.put("next", page.size() < limit ? null : Long.toString(page.getLast().id()));
              return answer;
            }));
  }

  private void stream(RoutingContext ctx, HandlerTools tools) {
    long after = lastSeen(ctx, tools);
    if (streams.incrementAndGet() > MAX_STREAMS) {
      streams.decrementAndGet();
      throw new FlotillaException(
          ErrorCode.CONTROLLER_UNREACHABLE,
          "%d event streams are open already: close some".formatted(MAX_STREAMS));
    }
    ctx.addEndHandler(ended -> streams.decrementAndGet());
    tools.withoutTimeout(ctx);
    new EventStream(ctx, tools, log, source).begin(after);
  }

  /** A reconnecting client's header wins over the address it connects to. */
  private static long lastSeen(RoutingContext ctx, HandlerTools tools) {
    String header = ctx.request().getHeader("Last-Event-ID");
    if (header == null || header.isEmpty()) {
      return tools.number(ctx, "after").orElse(0L);
    }
    if (!header.matches("[0-9]{1,18}")) {
      throw new FlotillaException(
          ErrorCode.INPUT_INVALID, "Last-Event-ID must be the id of an event");
    }
    return Long.parseLong(header);
  }
}
