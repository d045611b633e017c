package io.flotilla.controller.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.controller.identity.TestDevices;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import javax.net.ssl.SSLSocketFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class HttpApiTest {
  private static final long MAX_UPLOAD = 1 << 20;

  @TempDir Path folder;
  private TestApi api;

  record Greeting(String name, Optional<Integer> times) {}

  /** Routes that do what features do, and what they must not do. */
  private static final class Probe implements Routes {
    private final CompletableFuture<Object> never = new CompletableFuture<>();

    @Override
    public void mount(Router router, HandlerTools tools) {
      router.get("/ok").handler(ctx -> tools.json(ctx, Map.of("fine", true)));
      router
          .get("/bug")
          .handler(
              ctx -> {
                throw new IllegalStateException("secret detail");
              });
      router.get("/never").handler(ctx -> tools.handleAsync(ctx, never));
      router
          .get("/late-refusal")
          .handler(
              ctx ->
                  tools.handleAsync(
                      ctx,
                      tools.blocking(
                          () -> {
                            throw new FlotillaException(ErrorCode.ROLLOUT_STATE, "not now");
                          })));
      tools
          .accepting(router.get("/page"), "limit", "after")
          .handler(ctx -> tools.json(ctx, Map.of("limit", tools.limit(ctx))));
      router.get("/undeclared").handler(ctx -> tools.json(ctx, tools.query(ctx, "after")));
      router
          .post("/greet")
          .handler(tools.jsonBody())
          .handler(ctx -> tools.json(ctx, tools.readJson(ctx, Greeting.class)));
      router
          .post("/upload")
          .handler(
              ctx ->
                  tools.handleAsync(
                      ctx,
                      tools
                          .receive(ctx, MAX_UPLOAD)
                          .thenCompose(file -> tools.blocking(() -> size(file)))));
    }

    private static Map<String, Object> size(Path file) {
      try {
        return Map.of("bytes", Files.size(file));
      } catch (IOException e) {
        throw new java.io.UncheckedIOException(e);
      }
    }
  }

  @BeforeEach
  void start() {
    api =
        new TestApi(
            folder,
            Duration.ofSeconds(2),
            new Probe(),
            new SystemRoutes(() -> Map.of("broker", true)));
  }

  @AfterEach
  void stop() {
    api.close();
  }

  @Test
  void answersTheOperator() {
    HttpResponse<String> answer = api.get("/ok");

    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(TestApi.map(answer)).containsEntry("fine", true);
  }

  @Test
  void everyAnswerCarriesTheSecurityHeaders() {
    for (String path : List.of("/ok", "/nothing", "/bug", "/livez")) {
      assertThat(api.get(path).headers().map())
          .as(path)
          .containsEntry("cache-control", List.of("no-store"))
          .containsEntry("x-content-type-options", List.of("nosniff"))
          .containsKeys("content-security-policy", "strict-transport-security");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "Bearer", "Bearer ", "Bearer wrong", "Basic test-token", "test-token"})
  void refusesEveryoneElse(String authorization) {
    HttpRequest.Builder request = HttpRequest.newBuilder(api.uri("/ok"));
    if (!authorization.isEmpty()) {
      request.header("Authorization", authorization);
    }
    HttpResponse<String> answer = api.send(request);

    assertThat(answer.statusCode()).isEqualTo(401);
    assertThat(TestApi.code(answer)).isEqualTo("UNAUTHENTICATED");
    assertThat(answer.headers().firstValue("www-authenticate")).contains("Bearer");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/nothing",
        "/livez/",
        "/livez/../ok",
        "/%6Civez/../ok",
        "/readyz;x",
        "/enrolments",
        "/LIVEZ"
      })
  void whatLooksLikeAnOpenPathIsStillClosed(String path) {
    HttpResponse<String> answer =
        api.send(HttpRequest.newBuilder(java.net.URI.create(api.api.url() + HttpApi.BASE + path)));

    assertThat(answer.statusCode()).isEqualTo(401);
  }

  @Test
  void healthNeedsNoToken() {
    assertThat(api.send(HttpRequest.newBuilder(api.uri("/livez"))).statusCode()).isEqualTo(200);
    assertThat(api.send(HttpRequest.newBuilder(api.uri("/readyz"))).statusCode()).isEqualTo(200);
  }

  @Test
  void isNotReadyWhileSomethingIsMissing() {
    try (TestApi unready =
        new TestApi(
            folder.resolve("2"), new SystemRoutes(() -> Map.of("broker", false, "store", true)))) {
      HttpResponse<String> answer = unready.get("/readyz");

      assertThat(answer.statusCode()).isEqualTo(503);
      assertThat(TestApi.map(answer))
          .containsEntry("checks", Map.of("broker", false, "store", true));
      assertThat(unready.get("/livez").statusCode()).isEqualTo(200);
    }
  }

  @Test
  void aMissingPathIsAProblemWithACode() {
    HttpResponse<String> answer = api.get("/nothing");

    assertThat(answer.statusCode()).isEqualTo(404);
    assertThat(answer.headers().firstValue("content-type")).contains("application/problem+json");
    assertThat(TestApi.map(answer))
        .containsEntry("code", "NOT_FOUND")
        .containsEntry("status", 404)
        .containsKeys("type", "title", "detail");
    assertThat(TestApi.code(api.call("DELETE", "/ok", null))).isEqualTo("NOT_FOUND");
  }

  @Test
  void aBugSaysNothingOfItself() {
    HttpResponse<String> answer = api.get("/bug");

    assertThat(answer.statusCode()).isEqualTo(500);
    assertThat(TestApi.code(answer)).isEqualTo("INTERNAL");
    assertThat(answer.body()).doesNotContain("secret detail").doesNotContain("Exception");
  }

  @Test
  void aRefusalThatComesLaterKeepsItsCode() {
    HttpResponse<String> answer = api.get("/late-refusal");

    assertThat(answer.statusCode()).isEqualTo(409);
    assertThat(TestApi.map(answer)).containsEntry("detail", "not now");
  }

  @Test
  void aRequestThatIsNeverAnsweredEnds() {
    HttpResponse<String> answer = api.get("/never");

    assertThat(answer.statusCode()).isEqualTo(503);
    assertThat(TestApi.code(answer)).isEqualTo("REQUEST_TIMED_OUT");
  }

  @Test
  void readsARecordAndLeavesOutWhatIsOptional() {
    HttpResponse<String> answer = api.call("POST", "/greet", "{\"name\":\"x\"}");

    assertThat(answer.body()).isEqualTo("{\"name\":\"x\",\"times\":null}");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "null",
        "[]",
        "{",
        "{}",
        "{\"name\":null}",
        "{\"name\":\"x\",\"tmies\":1}",
        "{\"name\":\"x\"} trailing",
        "{\"name\":{\"a\":1}}",
        "{\"name\":\"x\",\"times\":\"many\"}"
      })
  void refusesABodyThatIsNotWhatItExpects(String body) {
    HttpResponse<String> answer = api.call("POST", "/greet", body);

    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(TestApi.code(answer)).isEqualTo("INPUT_INVALID");
  }

  @Test
  void refusesJsonOverItsLimitAndNestedBeyondReason() {
    String large = "{\"name\":\"" + "x".repeat(HandlerTools.MAX_JSON_BYTES) + "\"}";
    String deep = "{\"name\":" + "[".repeat(10_000) + "]".repeat(10_000) + "}";

    assertThat(TestApi.code(api.call("POST", "/greet", large))).isEqualTo("REQUEST_TOO_LARGE");
    assertThat(TestApi.code(api.call("POST", "/greet", deep))).isEqualTo("INPUT_INVALID");
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "1001", "-1", "x", "99999999999999999999"})
  void refusesALimitOutOfRange(String limit) {
    assertThat(api.get("/page?limit=" + limit).statusCode()).isEqualTo(400);
    assertThat(TestApi.map(api.get("/page?limit="))).containsEntry("limit", 100);
    assertThat(TestApi.map(api.get("/page?limit=1000"))).containsEntry("limit", 1000);
  }

  @Test
  void streamsAnUploadToAFileAndRemovesIt() {
    assertThat(TestApi.map(upload((int) MAX_UPLOAD, true))).containsEntry("bytes", 1 << 20);
    assertThat(TestApi.map(upload(0, true))).containsEntry("bytes", 0);
    await().until(() -> uploads() == 0);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void refusesAnUploadOverItsLimitWhetherItSaysSoOrNot(boolean announced) {
    HttpResponse<String> answer = upload((int) MAX_UPLOAD + 1, announced);

    assertThat(answer.statusCode()).isEqualTo(413);
    await().until(() -> uploads() == 0);
  }

  @Test
  void anUploadThatBreaksOffLeavesNothing() throws Exception {
    try (Socket socket = unfinishedUpload()) {
      await().until(() -> uploads() == 1);
      assertThat(socket.isConnected()).isTrue();
    }
    await().until(() -> uploads() == 0);
  }

  @Test
  void uploadsBeyondThePlacesAreRefusedUntilOneEnds() throws Exception {
    List<Socket> held = new ArrayList<>();
    try {
      while (held.size() < Uploads.MAX_UNDER_WAY) {
        held.add(unfinishedUpload());
      }
      await().until(() -> uploads() == Uploads.MAX_UNDER_WAY);

      HttpResponse<String> refused = upload(10, true);

      assertThat(refused.statusCode()).isEqualTo(429);
      assertThat(TestApi.code(refused)).isEqualTo("RATE_LIMITED");
    } finally {
      for (Socket socket : held) {
        socket.close();
      }
    }
    await().until(() -> uploads() == 0);
    assertThat(upload(10, true).statusCode()).isEqualTo(200);
  }

  private Socket unfinishedUpload() throws IOException {
    Socket socket = rawTls();
    socket
        .getOutputStream()
        .write(
            ("POST /api/v1/upload HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer test-token\r\n"
                    + "Content-Length: 1000\r\n\r\nonly this")
                .getBytes(StandardCharsets.US_ASCII));
    return socket;
  }

  @ParameterizedTest
  @ValueSource(strings = {"test-token", "wrong"})
  void aBodyWithoutEndIsAnsweredAndThenCutOff(String token) throws Exception {
    try (Socket socket = rawTls()) {
      OutputStream out = socket.getOutputStream();
      out.write(
          ("POST /api/v1/greet HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer "
                  + token
                  + "\r\nTransfer-Encoding: chunked\r\n\r\n")
              .getBytes(StandardCharsets.US_ASCII));
      byte[] chunk =
          ("10000\r\n" + "x".repeat(0x10000) + "\r\n").getBytes(StandardCharsets.US_ASCII);

      assertThatThrownBy(
              () -> {
                while (true) {
                  out.write(chunk);
                }
              })
          .isInstanceOf(IOException.class);
    }
    assertThat(api.get("/ok").statusCode()).isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(strings = {"?limti=5", "?limit=5&tag=x", "?Limit=5", "?%6cimit%20=5", "?x"})
  void refusesAParameterThatTheRouteDoesNotDeclare(String query) {
    HttpResponse<String> answer = api.get("/page" + query);

    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(TestApi.code(answer)).isEqualTo("INPUT_INVALID");
    assertThat(answer.body()).contains("it takes after, limit");
    assertThat(TestApi.map(api.get("/page?%6cimit=5"))).containsEntry("limit", 5);
  }

  @Test
  void aRouteThatDeclaresNoParameterTakesNone() {
    assertThat(api.get("/ok?limit=5").body()).contains("no query parameter limit", "takes none");
    assertThat(api.get("/ok?").statusCode()).isEqualTo(200);
    assertThat(TestApi.code(api.get("/undeclared"))).isEqualTo("INTERNAL");
  }

  @ParameterizedTest
  @ValueSource(ints = {20_000, 1 << 20})
  void anAddressOverItsLimitIsAnsweredAndNotCutOff(int chars) throws Exception {
    String line = "GET /api/v1/page?after=" + "x".repeat(chars) + " HTTP/1.1\r\n";

    JsonObject problem = refusal(line + "Host: x\r\n\r\n", 414);

    assertThat(problem.getString("code")).isEqualTo("REQUEST_TOO_LARGE");
    assertThat(problem.getInteger("status")).isEqualTo(414);
    assertThat(api.get("/ok").statusCode()).isEqualTo(200);
  }

  @Test
  void headersOverTheirLimitAreAnsweredAndNotCutOff() throws Exception {
    JsonObject problem =
        refusal("GET /api/v1/ok HTTP/1.1\r\nHost: " + "x".repeat(1 << 20) + "\r\n\r\n", 431);

    assertThat(problem.getString("code")).isEqualTo("REQUEST_TOO_LARGE");
  }

  /** Sends all of a request and reads the problem that answers it. */
  private JsonObject refusal(String request, int status) throws IOException {
    try (Socket socket = rawTls()) {
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      socket.getOutputStream().flush();
      String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
      assertThat(answer)
          .matches("(?s)HTTP/1\\.[01] " + status + " .*")
          .containsIgnoringCase("content-type: application/problem+json")
          .containsIgnoringCase("x-content-type-options: nosniff");
      return new JsonObject(answer.substring(answer.indexOf("\r\n\r\n") + 4));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"?limit=%zz HTTP/1.1\r\nHost: x", " HTTP/1.1"})
  void anAddressThatCannotBeDecodedAndAMissingHostAreRefused(String rest) throws Exception {
    try (Socket socket = rawTls()) {
      String head = "GET /api/v1/page" + rest + "\r\nAuthorization: Bearer test-token\r\n\r\n";
      socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
      assertThat(new String(socket.getInputStream().readNBytes(12), StandardCharsets.US_ASCII))
          .endsWith(" 400");
    }
  }

  @Test
  void malformedHttpIsAnsweredAndHarmsNobody() throws Exception {
    try (Socket socket = rawTls()) {
      socket
          .getOutputStream()
          .write(
              "GET /api/v1/ok HTTP/9.9\r\n\u0000: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      InputStream in = socket.getInputStream();
      assertThat(new String(in.readNBytes(12), StandardCharsets.US_ASCII)).endsWith(" 400");
    }
    assertThat(api.get("/ok").statusCode()).isEqualTo(200);
  }

  @Test
  void plainHttpGetsNothing() throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), api.api.port())) {
      socket.setSoTimeout(10_000);
      socket
          .getOutputStream()
          .write(
              "GET /api/v1/livez HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII));

      assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1))
          .doesNotContain("HTTP");
    }
  }

  @Test
  void aPortInUseIsOneSentence() throws IOException {
    try (ServerSocket taken = new ServerSocket(0)) {
      HttpConfig config =
          TestApi.config(
              TestDevices.authority(folder.resolve("pki"), Clock.systemUTC()),
              folder.resolve("uploads"),
              taken.getLocalPort(),
              Duration.ofSeconds(1));

      assertThatThrownBy(
              () -> HttpApi.start(config, TestApi.entry(folder.resolve("rules")), List.of()))
          .isInstanceOfSatisfying(
              FlotillaException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.PORT_IN_USE))
          .hasMessageContaining(String.valueOf(taken.getLocalPort()));
    }
  }

  @ParameterizedTest
  @EnumSource(ErrorCode.class)
  void everyCodeHasAStatusOfItsKind(ErrorCode code) {
    int status = Problem.status(code);
    int kind =
        switch (code.errorClass()) {
          case REQUEST, PERMISSION, BUNDLE -> 4;
          case DEVICE, NETWORK, SERVER -> 5;
        };

    assertThat(status / 100).isEqualTo(kind);
  }

  private HttpResponse<String> upload(int bytes, boolean announced) {
    byte[] body = new byte[bytes];
    HttpRequest.BodyPublisher publisher =
        announced
            ? HttpRequest.BodyPublishers.ofByteArray(body)
            : HttpRequest.BodyPublishers.ofInputStream(
                () -> new java.io.ByteArrayInputStream(body));
    return api.send(api.request("/upload").POST(publisher));
  }

  private long uploads() throws IOException {
    try (Stream<Path> files = Files.list(folder.resolve("uploads"))) {
      return files.count();
    }
  }

  private Socket rawTls() throws IOException {
    SSLSocketFactory factory = api.client.sslContext().getSocketFactory();
    Socket socket = factory.createSocket(InetAddress.getLoopbackAddress(), api.api.port());
    socket.setSoTimeout(10_000);
    return socket;
  }
}
