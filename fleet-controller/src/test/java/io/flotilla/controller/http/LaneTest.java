package io.flotilla.controller.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.vertx.ext.web.Router;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LaneTest {
  private static final int TOO_MANY = 10;
  private static final int PIECES = 200;
  private static final byte[] PIECE = new byte[10_000];

  @TempDir Path folder;
  private final CountDownLatch release = new CountDownLatch(1);
  private TestApi api;

  /** Routes whose work ends when the test says so, and streams. */
  private final class Probe implements Routes {
    @Override
    public void mount(Router router, HandlerTools tools) {
      router
          .get("/heavy")
          .handler(ctx -> tools.handleAsync(ctx, tools.blocking(Lane.SEARCH, this::held)));
      tools
          .accepting(router.get("/quick"), "x")
          .handler(ctx -> tools.handleAsync(ctx, tools.blocking(() -> Map.of("fine", true))));
      router
          .get("/stream")
          .handler(
              ctx ->
                  tools.handleStream(
                      ctx,
                      Lane.LENGTHY,
                      "application/x-tar",
                      out -> {
                        for (int i = 0; i < PIECES; i++) {
                          out.write(PIECE);
                        }
                        out.write(7);
                      }));
      router
          .get("/refused-stream")
          .handler(
              ctx ->
                  tools.handleStream(
                      ctx,
                      Lane.LENGTHY,
                      "application/x-tar",
                      out -> {
                        throw new FlotillaException(ErrorCode.BACKUP_FAILED, "no");
                      }));
      router
          .get("/broken-stream")
          .handler(
              ctx ->
                  tools.handleStream(
                      ctx,
                      Lane.LENGTHY,
                      "application/x-tar",
                      out -> {
                        out.write(new byte[1 << 20]);
                        throw new FlotillaException(ErrorCode.BACKUP_FAILED, "no");
                      }));
    }

    private Map<String, Object> held() {
      try {
        release.await();
        return Map.of("fine", true);
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  @BeforeEach
  void start() {
    api = new TestApi(folder, Duration.ofSeconds(30), new Probe());
  }

  @AfterEach
  void stop() {
    release.countDown();
    api.close();
  }

  @Test
  void aCrowdOfHeavyRequestsIsRefusedAtItsLimitAndSlowsNobodyElse() {
    int most = Lane.SEARCH.threads() + Lane.SEARCH.waiting();
    List<CompletableFuture<HttpResponse<String>>> held = new ArrayList<>();
    for (int i = 0; i < most + TOO_MANY; i++) {
      held.add(
          api.client.sendAsync(
              api.request("/heavy").build(), HttpResponse.BodyHandlers.ofString()));
    }
    await().until(() -> held.stream().filter(CompletableFuture::isDone).count() == TOO_MANY);

    assertThat(api.get("/quick").statusCode()).isEqualTo(200);

    release.countDown();
    long fine = held.stream().filter(answer -> answer.join().statusCode() == 200).count();
    assertThat(fine).isEqualTo(most);
    assertThat(held.stream().map(CompletableFuture::join).filter(a -> a.statusCode() == 503))
        .hasSize(TOO_MANY)
        .allSatisfy(
            answer -> {
              assertThat(TestApi.code(answer)).isEqualTo("CONTROLLER_UNREACHABLE");
              assertThat(answer.headers().firstValue("retry-after")).contains("10");
            });
  }

  @Test
  void aQueryOverItsLimitIsRefused() {
    HttpResponse<String> answer = api.get("/quick?x=" + "y".repeat(8192));

    assertThat(answer.statusCode()).isEqualTo(413);
    assertThat(TestApi.code(answer)).isEqualTo("REQUEST_TOO_LARGE");
    assertThat(api.get("/quick?x=" + "y".repeat(8000)).statusCode()).isEqualTo(200);
  }

  @Test
  void aStreamArrivesWhole() throws Exception {
    HttpResponse<byte[]> answer =
        api.client.send(api.request("/stream").build(), HttpResponse.BodyHandlers.ofByteArray());

    assertThat(answer.headers().firstValue("content-type")).contains("application/x-tar");
    assertThat(answer.body()).hasSize(PIECES * PIECE.length + 1).endsWith(7);
  }

  @Test
  void aStreamThatFailsIsAProblemOrCutOffAndNeverTakenForWhole() {
    HttpResponse<String> refused = api.get("/refused-stream");
    assertThat(refused.statusCode()).isEqualTo(500);
    assertThat(TestApi.code(refused)).isEqualTo("BACKUP_FAILED");

    assertThatThrownBy(() -> api.get("/broken-stream"))
        .isInstanceOf(UncheckedIOException.class)
        .hasCauseInstanceOf(IOException.class);
  }
}
