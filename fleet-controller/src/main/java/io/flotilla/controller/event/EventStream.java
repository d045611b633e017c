package io.flotilla.controller.event;

import io.flotilla.controller.http.HandlerTools;
import io.flotilla.controller.http.codec.ApiJson;
import io.vertx.core.Context;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.List;

/**
 * One stream of server-sent events: reads the log page by page, as fast as the client takes them,
 * and waits for news at its end. It keeps one page in memory, however far the client is behind.
 * Confined to its event loop.
 */
final class EventStream {
  /** How often a comment is sent, so that both ends notice a dead connection. */
  static final Duration HEARTBEAT = Duration.ofSeconds(15);

  private static final int PAGE = 100;
  private static final String RETRY = "retry: 2000\n\n";

  private final RoutingContext ctx;
  private final Context context;
  private final HandlerTools tools;
  private final EventLog log;
  private final String source;

  private long after;
  private boolean reading;
  private boolean news;
  private boolean ended;

  EventStream(RoutingContext ctx, HandlerTools tools, EventLog log, String source) {
    this.ctx = ctx;
    this.context = ctx.vertx().getOrCreateContext();
    this.tools = tools;
    this.log = log;
    this.source = source;
  }

  /** Answers with everything after this number, for as long as the client stays. */
  void begin(long lastSeen) {
    after = lastSeen;
    HttpServerResponse response = ctx.response();
    response.setChunked(true).putHeader("Content-Type", "text/event-stream");
    response.write(RETRY);
    Runnable stop = log.listen(() -> context.runOnContext(woken -> wake()));
    long heartbeat =
        ctx.vertx().setPeriodic(HEARTBEAT.toMillis(), tick -> response.write(": still here\n\n"));
    ctx.addEndHandler(
        done -> {
          ended = true;
          stop.run();
          ctx.vertx().cancelTimer(heartbeat);
        });
    wake();
  }

  private void wake() {
    news = true;
    if (!reading && !ended) {
      read();
    }
  }

  private void read() {
    reading = true;
    news = false;
    long from = after;
    tools
        .blocking(() -> log.page(from, PAGE))
        .whenComplete(
            (page, failure) ->
                context.runOnContext(
                    now -> {
                      if (failure != null) {
                        tools.fail(ctx, failure);
                      } else if (!ended) {
                        send(page);
                      }
                    }));
  }

  private void send(List<LoggedEvent> page) {
    Buffer text = Buffer.buffer();
    for (LoggedEvent event : page) {
      text.appendString("id: " + event.id() + "\nevent: " + event.type() + "\ndata: ")
          .appendBytes(ApiJson.encode(CloudEvents.of(event, source)))
          .appendString("\n\n");
      after = event.id();
    }
    if (text.length() > 0) {
      ctx.response().write(text);
    }
    boolean more = page.size() == PAGE || news;
    if (!more) {
      reading = false;
    } else if (ctx.response().writeQueueFull()) {
      ctx.response().drainHandler(drained -> read());
    } else {
      read();
    }
  }
}
