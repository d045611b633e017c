package io.flotilla.cli.client;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.cli.codec.Json;
import java.io.BufferedReader;
import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.SocketException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpResponse.BodySubscribers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import javax.net.ssl.SSLException;

/**
 * The controller's HTTP API. Paths are those below {@code /api/v1}, such as {@code
 * /devices?limit=10}; build them with {@link ApiPath} where a part comes from a user. Every call
 * ends in its value or in a {@link FlotillaException}: with the controller's own code where it
 * answered, {@code CONTROLLER_UNREACHABLE} where it did not, {@code CONTROLLER_UNTRUSTED} where its
 * certificate does not lead to the context's authority. Thread-safe.
 */
public final class ApiClient implements AutoCloseable {
  /** What the platform's client says where the connection just ended; it has no type for that. */
  private static final String GONE_IN_HANDSHAKE = "Remote host terminated the handshake";

  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
  private static final Duration CALL_TIMEOUT = Duration.ofSeconds(60);
  private static final Duration UPLOAD_TIMEOUT = Duration.ofMinutes(10);
  private static final int MAX_PAGES = 100_000;
  private static final String JSON = "application/json";
  private static final String ANY = "*/*";

  private final OperatorContext context;
  private final HttpClient http;

  /**
   * A client; connects at the first call.
   *
   * @throws FlotillaException {@code FILE_MISSING} or {@code CONFIGURATION_INVALID} if the
   *     authority's certificate cannot be read
   */
  public ApiClient(OperatorContext context) {
    this.context = context;
    this.http =
        HttpClient.newBuilder()
            .sslContext(Tls.trusting(context.ca()))
            .connectTimeout(CONNECT_TIMEOUT)
            .version(HttpClient.Version.HTTP_1_1)
            .build();
  }

  /** Reads one document. */
  public Json get(String path) {
    return json(request(path).GET());
  }

  /** Reads every item of a paged list, following its cursors. */
  public List<Json> list(ApiPath path) {
    List<Json> items = new ArrayList<>();
    Json page = get(path.toString());
    for (int pages = 1; ; pages++) {
      items.addAll(page.isArray() ? page.items() : page.get("items").items());
      Json next = page.get("next");
      if (!next.isPresent() || pages == MAX_PAGES) {
        return items;
      }
      page = get(path.query("after", next.asText()).toString());
    }
  }

  /** Posts a document; the answer is a missing value where the controller sends none. */
  public Json post(String path, Json body) {
    return json(request(path).header("Content-Type", JSON).POST(content(body)));
  }

  /** Changes something by a partial document. */
  public Json patch(String path, Json body) {
    return json(request(path).header("Content-Type", JSON).method("PATCH", content(body)));
  }

  /** Puts a document in the place that the path names. */
  public Json put(String path, Json body) {
    return json(request(path).header("Content-Type", JSON).PUT(content(body)));
  }

  /** Deletes something. */
  public Json delete(String path) {
    return json(request(path).DELETE());
  }

  /** Posts bytes. */
  public Json upload(String path, String contentType, byte[] body) {
    return json(upload(path, contentType, BodyPublishers.ofByteArray(body)));
  }

  /**
   * Posts a file without holding it in memory.
   *
   * @throws FlotillaException {@code FILE_MISSING} if it cannot be read, and what every call throws
   */
  public Json upload(String path, String contentType, Path file) {
    try {
      return json(upload(path, contentType, BodyPublishers.ofFile(file)));
    } catch (FileNotFoundException e) {
      throw new FlotillaException(ErrorCode.FILE_MISSING, "there is no readable file " + file, e);
    }
  }

  /**
   * Reads a body into a file, which appears whole or not at all.
   *
   * @return the file
   * @throws FlotillaException {@code STORAGE_FAILED} if it cannot be written, and what every call
   *     throws
   */
  public Path download(String path, Path file) {
    return download(path, ANY, file);
  }

  /** Reads a body of a media type into a file; see {@link #download(String, Path)}. */
  public Path download(String path, String mediaType, Path file) {
    Path parent = file.toAbsolutePath().getParent();
    try {
      Path part = Files.createTempFile(parent, ".download-", ".part");
      try {
        HttpResponse<InputStream> response =
            send(
                request(path)
                    .setHeader("Accept", mediaType + ", application/problem+json")
                    .GET()
                    .build(),
                BodyHandlers.ofInputStream());
        try (InputStream body = response.body()) {
          if (response.statusCode() >= 300) {
            throw failure(response.statusCode(), body.readAllBytes());
          }
          Files.copy(body, part, StandardCopyOption.REPLACE_EXISTING);
        }
        return Files.move(part, file, StandardCopyOption.REPLACE_EXISTING);
      } finally {
        Files.deleteIfExists(part);
      }
    } catch (IOException e) {
      throw new FlotillaException(
          ErrorCode.STORAGE_FAILED, "downloading to %s failed: %s".formatted(file, reason(e)), e);
    }
  }

  /**
   * Reads the event stream until the handler has had enough, the stream ends, or it breaks.
   *
   * @param after the id of the last event already seen, if any
   * @param handler takes each event and says whether to go on
   * @return the id of the last event taken, or {@code after} where there was none
   */
  public Optional<String> events(Optional<String> after, Predicate<ServerEvent> handler) {
    HttpRequest.Builder builder =
        HttpRequest.newBuilder(context.url().resolve("/api/v1/events"))
            .header("Authorization", "Bearer " + context.token())
            .header("Accept", "text/event-stream");
    after.ifPresent(id -> builder.header("Last-Event-ID", id));
    HttpResponse<InputStream> response = send(builder.build(), BodyHandlers.ofInputStream());
    EventStreamParser parser = new EventStreamParser(after);
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8))) {
      if (response.statusCode() >= 300) {
        throw failure(response.statusCode(), response.body().readAllBytes());
      }
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        Optional<ServerEvent> event = parser.line(line);
        if (event.isPresent() && !handler.test(event.get())) {
          break;
        }
      }
      return parser.lastId();
    } catch (IOException e) {
      throw new BrokenStreamException(parser.lastId(), e);
    }
  }

  /** Ends open calls. */
  @Override
  public void close() {
    http.shutdownNow();
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(context.url().resolve("/api/v1" + path))
        .timeout(CALL_TIMEOUT)
        .header("Authorization", "Bearer " + context.token())
        .header("Accept", JSON + ", application/problem+json");
  }

  private HttpRequest.Builder upload(String path, String contentType, BodyPublisher body) {
    return request(path).timeout(UPLOAD_TIMEOUT).header("Content-Type", contentType).POST(body);
  }

  private Json json(HttpRequest.Builder request) {
    HttpResponse<byte[]> response = send(request.build(), info -> BodySubscribers.ofByteArray());
    if (response.statusCode() >= 300) {
      throw failure(response.statusCode(), response.body());
    }
    return response.body().length == 0 ? Json.of(null) : Json.parse(response.body());
  }

  private <T> HttpResponse<T> send(HttpRequest request, BodyHandler<T> handler) {
    try {
      return http.send(request, handler);
    } catch (SSLException e) {
      if (isCut(e)) {
        throw unreachable(e);
      }
      throw new FlotillaException(
          ErrorCode.CONTROLLER_UNTRUSTED,
          "%s does not prove that it is the controller of this context: %s"
              .formatted(context.url(), reason(e)),
          e);
    } catch (IOException e) {
      throw unreachable(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new FlotillaException(
          ErrorCode.CONTROLLER_UNREACHABLE, "interrupted while waiting for the controller", e);
    }
  }

  private FlotillaException unreachable(IOException e) {
    return new FlotillaException(
        ErrorCode.CONTROLLER_UNREACHABLE,
        "the controller at %s does not answer (%s); is it running?"
            .formatted(context.url(), reason(e)),
        e);
  }

  /** Whether a handshake ended because the other side was gone, which says nothing about trust. */
  private static boolean isCut(SSLException e) {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause instanceof EOFException
          || cause instanceof SocketException
          || String.valueOf(cause.getMessage()).startsWith(GONE_IN_HANDSHAKE)) {
        return true;
      }
    }
    return false;
  }

  private static BodyPublisher content(Json body) {
    return BodyPublishers.ofByteArray(body.bytes());
  }

  private static String reason(IOException e) {
    return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
  }

  /** The failure that a problem document (RFC 9457) describes. */
  static FlotillaException failure(int status, byte[] body) {
    Json problem = problem(body);
    String code = problem.get("code").asText();
    if (code.isEmpty()) {
      return new FlotillaException(
          status == 401 ? ErrorCode.UNAUTHENTICATED : ErrorCode.INTERNAL,
          "the controller answered %d without saying why".formatted(status));
    }
    String detail = problem.get("detail").asText(problem.get("title").asText("status " + status));
    for (ErrorCode known : ErrorCode.values()) {
      if (known == ErrorCode.VERSION_IN_USE && known.name().equals(code)) {
        List<String> users = problem.get("users").items().stream().map(Json::asText).toList();
        return new VersionInUseException(detail, users, problem.get("userCount").asInt());
      }
      if (known.name().equals(code)) {
        return new FlotillaException(known, detail);
      }
    }
    return new FlotillaException(
        ErrorCode.INTERNAL, "the controller answered %d %s: %s".formatted(status, code, detail));
  }

  private static Json problem(byte[] body) {
    try {
      return Json.parse(body);
    } catch (FlotillaException e) {
      // Not a problem document: something else than a controller answered.
      return Json.object();
    }
  }
}
