package io.flotilla.controller.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.NetSocket;
import io.vertx.ext.web.Router;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class IdleConnectionsTest {
  private static final int PATIENCE_MILLIS = 200;

  private final Vertx vertx = Vertx.vertx();
  private HttpServer server = vertx.createHttpServer();

  @BeforeEach
  void listen() {
    IdleConnections idle = new IdleConnections(vertx, Duration.ofMillis(PATIENCE_MILLIS));
    Router router = Router.router(vertx);
    router
        .route()
        .handler(
            ctx -> {
              idle.serve(ctx);
              vertx.setTimer(5L * PATIENCE_MILLIS, late -> ctx.end("done"));
            });
    server =
        vertx
            // As over TLS, where no connection begins with another protocol than it ends with.
            .createHttpServer(new HttpServerOptions().setHttp2ClearTextEnabled(false))
            .connectionHandler(idle::opened)
            .requestHandler(router)
            .listen(0, "127.0.0.1")
            .toCompletionStage()
            .toCompletableFuture()
            .join();
  }

  @AfterEach
  void close() {
    vertx.close().toCompletionStage().toCompletableFuture().join();
  }

  @Test
  void anAnswerMayTakeLongerThanASilentConnectionMayStay() {
    HttpClient client = vertx.createHttpClient();
    int status =
        client
            .request(HttpMethod.GET, server.actualPort(), "127.0.0.1", "/")
            .compose(HttpClientRequest::send)
            .map(HttpClientResponse::statusCode)
            .toCompletionStage()
            .toCompletableFuture()
            .join();

    assertThat(status).isEqualTo(200);
  }

  @Test
  void aConnectionThatNeverAsksIsClosed() {
    AtomicBoolean closed = new AtomicBoolean();
    NetSocket socket =
        vertx
            .createNetClient()
            .connect(server.actualPort(), "127.0.0.1")
            .toCompletionStage()
            .toCompletableFuture()
            .join();
    socket.closeHandler(gone -> closed.set(true));
    socket.write("GET / HTTP/1.1\r\nHost: x\r\n");

    await().atMost(Duration.ofSeconds(10)).untilTrue(closed);
  }
}
