package io.flotilla.controller.webhook;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.controller.http.codec.ApiJson;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * The mail server that e-mail goes through: the file {@value #NAME} in the controller's folder.
 *
 * @param host its name
 * @param port 1 to 65535
 * @param security how the connection is protected
 * @param from the sender's address
 * @param login user and password; empty if it wants none
 * @param authority PEM file of the authority that its certificate must lead to; the platform's own
 *     ones if empty
 */
public record MailSettings(
    String host,
    int port,
    Security security,
    String from,
    Optional<Login> login,
    Optional<Path> authority) {
  /** What the file is called. */
  public static final String NAME = "mail.json";

  private static final long MAX_BYTES = 65_536;
  private static final int MAX_PORT = 65_535;
  private static final Set<String> THIS_MACHINE = Set.of("localhost", "127.0.0.1", "::1");

  /** How a connection is protected. */
  public enum Security {
    /** TLS from the first byte (RFC 8314). */
    TLS,
    /** STARTTLS (RFC 3207); nothing is sent where the server does not offer it. */
    STARTTLS,
    /** Not at all; only on this machine. */
    NONE
  }

  /**
   * Who the server knows us as.
   *
   * @param password never shown
   */
  public record Login(String user, String password) {
    @Override
    public String toString() {
      return "login of " + user;
    }
  }

  /** The file's content; {@code passwordFile} and {@code authority} lie in the same folder. */
  record Form(
      String host,
      int port,
      String security,
      String from,
      Optional<String> user,
      Optional<String> passwordFile,
      Optional<String> authority) {}

  /**
   * Checks everything.
   *
   * @throws FlotillaException {@code CONFIGURATION_INVALID}
   */
  public MailSettings {
    require(port >= 1 && port <= MAX_PORT, "port is 1 to 65535");
    require(Mailer.isAddress(from), "from is no e-mail address");
    require(
        security != Security.NONE || THIS_MACHINE.contains(host),
        "security is tls or starttls, or none where the server is on this machine");
  }

  /**
   * What the file in this folder says; empty if there is none.
   *
   * @throws FlotillaException {@code CONFIGURATION_INVALID}
   */
  public static Optional<MailSettings> read(Path folder) {
    Path file = folder.resolve(NAME);
    try {
      if (!Files.exists(file)) {
        return Optional.empty();
      }
      require(Files.size(file) <= MAX_BYTES, "it is over %d bytes".formatted(MAX_BYTES));
      Form form = ApiJson.decode(Files.readAllBytes(file), Form.class);
      return Optional.of(
          new MailSettings(
              form.host(),
              form.port(),
              security(form.security()),
              form.from(),
              login(folder, form),
              form.authority().map(folder::resolve)));
    } catch (IOException e) {
      throw new FlotillaException(
          ErrorCode.CONFIGURATION_INVALID, "%s cannot be read".formatted(file), e);
    } catch (FlotillaException e) {
      throw new FlotillaException(
          ErrorCode.CONFIGURATION_INVALID, "%s is wrong: %s".formatted(file, e.getMessage()), e);
    }
  }

  private static Security security(String text) {
    for (Security one : Security.values()) {
      if (one.name().toLowerCase(Locale.ROOT).equals(text)) {
        return one;
      }
    }
    throw new FlotillaException(
        ErrorCode.CONFIGURATION_INVALID, "security is tls, starttls or none");
  }

  private static Optional<Login> login(Path folder, Form form) throws IOException {
    require(
        form.user().isPresent() == form.passwordFile().isPresent(),
        "user and passwordFile go together");
    if (form.user().isEmpty() || form.passwordFile().isEmpty()) {
      return Optional.empty();
    }
    Path file = folder.resolve(form.passwordFile().get());
    require(Files.isReadable(file), "there is no readable file " + file);
    require(
        Set.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE)
            .containsAll(Files.getPosixFilePermissions(file)),
        "%s can be read by others: chmod 600 it".formatted(file));
    return Optional.of(new Login(form.user().get(), Files.readString(file).strip()));
  }

  private static void require(boolean holds, String sentence) {
    if (!holds) {
      throw new FlotillaException(ErrorCode.CONFIGURATION_INVALID, sentence);
    }
  }
}
