package io.flotilla.controller.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.controller.event.LoggedEvent;
import io.flotilla.controller.identity.CertificateAuthority;
import io.flotilla.controller.identity.TestDevices;
import io.flotilla.controller.webhook.MailSettings.Login;
import io.flotilla.controller.webhook.MailSettings.Security;
import jakarta.mail.internet.MimeMessage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** E-mail through a real SMTP server with TLS. */
class MailTest {
  private static final String KEY_STORE = "greenmail.tls.keystore.file";
  private static final String KEY_PASSWORD = "greenmail.tls.keystore.password";

  /** The server reads its key once in a process. */
  @TempDir private static Path pki;

  private static CertificateAuthority authority;
  @TempDir private Path folder;
  private GreenMail server;

  @BeforeAll
  static void certify() throws Exception {
    authority = TestDevices.authority(pki.resolve("authority"), Clock.systemUTC());
    char[] password = "changeit".toCharArray();
    KeyStore keys = KeyStore.getInstance("PKCS12");
    keys.load(null, null);
    keys.setKeyEntry(
        "server",
        authority.server().key(),
        password,
        authority.server().chain().toArray(new Certificate[0]));
    Path file = pki.resolve("mail.p12");
    try (var out = Files.newOutputStream(file)) {
      keys.store(out, password);
    }
    System.setProperty(KEY_STORE, file.toString());
    System.setProperty(KEY_PASSWORD, "changeit");
  }

  @AfterAll
  static void forget() {
    System.clearProperty(KEY_STORE);
    System.clearProperty(KEY_PASSWORD);
  }

  @BeforeEach
  void start() {
    server =
        new GreenMail(
            new ServerSetup[] {
              new ServerSetup(0, "127.0.0.1", ServerSetup.PROTOCOL_SMTPS),
              new ServerSetup(0, "127.0.0.1", ServerSetup.PROTOCOL_SMTP)
            });
    server.setUser("flotilla@example.org", "flotilla", "s3cret");
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop();
  }

  private Mailer mailer(int port, Security security, Optional<Path> trusted, String password) {
    return new Mailer(
        new MailSettings(
            "localhost",
            port,
            security,
            "flotilla@example.org",
            Optional.of(new Login("flotilla", password)),
            trusted),
        Duration.ofSeconds(5),
        "urn:flotilla:test");
  }

  private static Webhook to(String addresses) {
    return new Webhook("mail", "mailto:" + addresses, List.of(), "salt", "anna", 1);
  }

  private static LoggedEvent event(String group) {
    return new LoggedEvent(
        7,
        "io.flotilla.alert.firing",
        "alert/away",
        1_700_000_000_000L,
        Map.of("rule", "away", "group", group, "severity", "critical", "found", 3));
  }

  private int smtps() {
    return server.getSmtps().getPort();
  }

  @Test
  void anAlertArrivesAtAllItsAddressesOverTls() throws Exception {
    Mailer mailer = mailer(smtps(), Security.TLS, Optional.of(authority.file()), "s3cret");
    assertThat(mailer.send(to("ops@example.org,oncall@example.org"), event("lyon"))).isEmpty();
    assertThat(mailer.send(to("ops@example.org"), event("lyon"))).isEmpty();

    MimeMessage[] arrived = server.getReceivedMessages();
    assertThat(arrived).hasSize(3);
    assertThat(arrived[0].getSubject())
        .isEqualTo("Flotilla [critical] alert firing: away of lyon (3)");
    assertThat(arrived[0].getFrom()[0]).hasToString("flotilla@example.org");
    assertThat(arrived[0].getAllRecipients()).hasSize(2);
    assertThat(arrived[0].getContent().toString())
        .contains("  severity: critical", "\"specversion\":\"1.0\"");
    assertThat(arrived[2].getMessageID())
        .as("the same in every attempt")
        .isEqualTo(arrived[0].getMessageID());
  }

  @Test
  void namesForgeNoHeaderAndNoLine() throws Exception {
    Mailer mailer = mailer(smtps(), Security.TLS, Optional.of(authority.file()), "s3cret");
    String evil = "x\r\nBcc: thief@example.org\r\n\r\nforged\u2028\u0085line";
    assertThat(mailer.send(to("ops@example.org"), event(evil))).isEmpty();
    MimeMessage arrived = server.getReceivedMessages()[0];
    assertThat(arrived.getHeader("Bcc")).isNull();
    assertThat(arrived.getSubject()).contains("x Bcc: thief@example.org forged");
    assertThat(server.getReceivedMessages()).hasSize(1);
    assertThat(arrived.getContent().toString().lines())
        .noneMatch(line -> line.startsWith("forged") || line.startsWith("Bcc"));
  }

  @Test
  void nothingIsSentToAServerThatCannotProveItselfOrOffersNoTls() {
    assertThat(
            mailer(smtps(), Security.TLS, Optional.empty(), "s3cret")
                .send(to("ops@example.org"), event("")))
        .isPresent();
    int plain = server.getSmtp().getPort();
    assertThat(
            mailer(plain, Security.STARTTLS, Optional.of(authority.file()), "s3cret")
                .send(to("ops@example.org"), event("")))
        .hasValueSatisfying(failure -> assertThat(failure).contains("STARTTLS"));
    assertThat(
            mailer(smtps(), Security.TLS, Optional.of(authority.file()), "wrong")
                .send(to("ops@example.org"), event("")))
        .hasValueSatisfying(failure -> assertThat(failure).doesNotContain("wrong"));
    assertThat(server.getReceivedMessages()).isEmpty();
  }

  @Test
  void addressesAreNothingButAddresses() {
    for (String url :
        List.of(
            "",
            "nobody",
            "a@b?subject=x",
            "a@b,",
            "a@b\r\nBcc:c@d",
            "a b@c",
            "x@y,".repeat(10) + "x@y",
            "<a@b>")) {
      assertThatThrownBy(() -> to(url)).as(url).isInstanceOf(FlotillaException.class);
    }
    assertThat(to("a.b+c@sub.example.org").isMail()).isTrue();
  }

  @Test
  void theSettingsAreReadAndCheckedAndAPasswordIsNobodyElses() throws Exception {
    assertThat(MailSettings.read(folder)).isEmpty();
    Path password = folder.resolve("mail-password");
    Files.writeString(password, "s3cret\n");
    Files.writeString(
        folder.resolve(MailSettings.NAME),
        """
        {"host":"smtp.example.org","port":587,"security":"starttls","from":"f@example.org",
         "user":"f","passwordFile":"mail-password"}
        """);
    Files.setPosixFilePermissions(password, PosixFilePermissions.fromString("rw-r--r--"));
    assertThatThrownBy(() -> MailSettings.read(folder)).hasMessageContaining("chmod 600");
    Files.setPosixFilePermissions(password, PosixFilePermissions.fromString("rw-------"));
    MailSettings settings = MailSettings.read(folder).orElseThrow();
    assertThat(settings.login().orElseThrow().password()).isEqualTo("s3cret");
    assertThat(settings.toString()).doesNotContain("s3cret");
    assertThatThrownBy(
            () ->
                new MailSettings(
                    "far.example.org",
                    25,
                    Security.NONE,
                    "f@example.org",
                    Optional.empty(),
                    Optional.empty()))
        .isInstanceOf(FlotillaException.class);
  }
}
