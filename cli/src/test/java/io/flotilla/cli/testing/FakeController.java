package io.flotilla.cli.testing;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.flotilla.cli.client.OperatorContext;
import io.flotilla.cli.codec.Json;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/**
 * A tiny real HTTPS server that answers what a test told it to, with a certificate for 127.0.0.1
 * that is its own authority.
 */
public final class FakeController implements AutoCloseable {
  /** The token that it demands. */
  public static final String TOKEN = "test-token";

  private static final char[] PASSWORD = "changeit".toCharArray();

  private final HttpsServer server;
  private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
  private final Path folder;
  private final Map<String, Answer> answers = new ConcurrentHashMap<>();
  private final Map<String, Path> files = new ConcurrentHashMap<>();
  private final List<Request> requests = new CopyOnWriteArrayList<>();

  /** The key store of all but the others, made when first needed. */
  private static final class SharedStore {
    private static final Path FILE = make();

    private static Path make() {
      try {
        return newStore();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /** One request as it came. */
  public record Request(String call, String body, Map<String, List<String>> headers) {}

  /** What to answer. */
  public record Answer(int status, String contentType, String body) {
    /** A JSON document. */
    public static Answer json(int status, String json) {
      return new Answer(status, "application/json", json);
    }

    /** A problem document with this code. */
    public static Answer problem(int status, String code, String detail) {
      return new Answer(
          status,
          "application/problem+json",
          Json.object().put("status", status).put("code", code).put("detail", detail).toString());
    }
  }

  /** Starts on a free port; its files lie in this folder. */
  public FakeController(Path folder) throws IOException, GeneralSecurityException {
    this(folder, SharedStore.FILE);
  }

  /** One whose authority is no other's. */
  public static FakeController ofAnotherAuthority(Path folder)
      throws IOException, GeneralSecurityException {
    return new FakeController(folder, newStore());
  }

  private FakeController(Path folder, Path store) throws IOException, GeneralSecurityException {
    this.folder = folder;
    this.server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setHttpsConfigurator(new HttpsConfigurator(tls(folder, store)));
    server.createContext("/", this::handle);
    server.setExecutor(executor);
    server.start();
    Files.writeString(
        folder.resolve("operator.json"),
        Json.object()
            .put("url", url().toString())
            .put("token", TOKEN)
            .put("ca", "ca.pem")
            .toString());
  }

  private static SSLContext tls(Path folder, Path store)
      throws IOException, GeneralSecurityException {
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(store)) {
      keys.load(in, PASSWORD);
    }
    String pem =
        "-----BEGIN CERTIFICATE-----\n"
            + Base64.getMimeEncoder().encodeToString(keys.getCertificate("server").getEncoded())
            + "\n-----END CERTIFICATE-----\n";
    Files.writeString(folder.resolve("ca.pem"), pem);
    KeyManagerFactory factory =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    factory.init(keys, PASSWORD);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(factory.getKeyManagers(), null, null);
    return context;
  }

  /** A fresh key and certificate; made in a process, which takes half a second. */
  private static Path newStore() throws IOException {
    Path store = Files.createTempDirectory("fake-controller-").resolve("server.p12");
    keytool(
        "-genkeypair -alias server -keyalg EC -groupname secp256r1 -validity 2 -dname CN=test"
            + " -ext san=ip:127.0.0.1 -ext bc=ca:true -storetype PKCS12 -storepass changeit"
            + " -keystore "
            + store);
    store.toFile().deleteOnExit();
    return store;
  }

  private static void keytool(String arguments) throws IOException {
    Path tool = Path.of(System.getProperty("java.home"), "bin", "keytool");
    Process process =
        new ProcessBuilder((tool + " " + arguments).split(" "))
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    if (process.onExit().join().exitValue() != 0) {
      throw new IOException("keytool failed");
    }
  }

  /** Answers a call such as {@code GET /api/v1/devices} so from now on. */
  public FakeController on(String call, Answer answer) {
    answers.put(call, answer);
    return this;
  }

  /** Answers a call with status 200 and this document. */
  public FakeController on(String call, String json) {
    return on(call, Answer.json(200, json));
  }

  /** Answers a call with the bytes of a file. */
  public FakeController onBytes(String call, Path file) {
    files.put(call, file);
    return on(call, new Answer(200, "application/octet-stream", ""));
  }

  /** The requests so far. */
  public List<Request> requests() {
    return requests;
  }

  /** The last request. */
  public Request last() {
    return requests.getLast();
  }

  /** Where it listens. */
  public URI url() {
    return URI.create("https://127.0.0.1:" + server.getAddress().getPort());
  }

  /** The context file that leads to it. */
  public Path contextFile() {
    return folder.resolve("operator.json");
  }

  /** The context that leads to it. */
  public OperatorContext context() {
    return OperatorContext.read(contextFile());
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
      String call = exchange.getRequestMethod() + " " + exchange.getRequestURI();
      requests.add(new Request(call, body, Map.copyOf(exchange.getRequestHeaders())));
      Answer answer = answers.get(call);
      if (!("Bearer " + TOKEN).equals(exchange.getRequestHeaders().getFirst("Authorization"))) {
        answer = Answer.problem(401, "UNAUTHENTICATED", "no valid token came with the request");
      } else if (answer == null) {
        answer = Answer.problem(404, "NOT_FOUND", "no answer for " + call);
      }
      exchange.getResponseHeaders().set("Content-Type", answer.contentType());
      Path file = answer.status() == 200 ? files.get(call) : null;
      byte[] bytes =
          file == null ? answer.body().getBytes(StandardCharsets.UTF_8) : Files.readAllBytes(file);
      exchange.sendResponseHeaders(answer.status(), bytes.length == 0 ? -1 : bytes.length);
      if (bytes.length > 0) {
        exchange.getResponseBody().write(bytes);
      }
    }
  }

  @Override
  public void close() {
    server.stop(0);
    executor.shutdownNow();
  }
}
