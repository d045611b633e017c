package io.flotilla.agent.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.flotilla.agent.testing.TestAuthority;
import io.flotilla.bundle.Digest;
import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.bundle.signing.SigningKey;
import java.io.IOException;
import java.io.StringReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.PublicKey;
import java.security.cert.CertificateEncodingException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EnrolmentTest {
  private static final String SECRET = "s3cret-s3cret-s3cret";

  @TempDir Path folder;
  private final TestAuthority authority = new TestAuthority();
  private HttpsServer server;
  private URI address;
  private volatile String problem = "";
  private volatile @Nullable PublicKey certify;

  @BeforeEach
  void startController() throws Exception {
    server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setHttpsConfigurator(new HttpsConfigurator(authority.server()));
    server.createContext("/api/v1/enrolments", this::answer);
    server.start();
    address = URI.create("https://127.0.0.1:" + server.getAddress().getPort());
  }

  @AfterEach
  void stopController() {
    server.stop(0);
  }

  @Test
  void winsAnIdentityWithAKeyThatOnlyItsOwnerCanRead() throws Exception {
    Identity identity = Enrolment.enrol(address, claim(authority), "dev-1", folder);
    assertThat(identity.deviceId()).isEqualTo("dev-1");
    assertThat(identity.broker()).isEqualTo(URI.create("mqtts://127.0.0.1:8883"));
    assertThat(Identity.load(folder)).isEqualTo(identity);
    Path key = folder.resolve("identity/device-key.pem");
    assertThat(Files.getPosixFilePermissions(key))
        .isEqualTo(PosixFilePermissions.fromString("rw-------"));
    assertThat(identity.tls().getProtocol()).isEqualTo("TLSv1.2");
    assertThat(folder.resolve("identity.pending")).doesNotExist();
  }

  @Test
  void believesNoControllerOfAnotherAuthority() {
    refuses(ErrorCode.CONTROLLER_UNTRUSTED, claim(new TestAuthority()));
    assertThat(Identity.exists(folder)).isFalse();
  }

  @Test
  void believesNoCertificateForAnotherKey() {
    certify = TestAuthority.newKeys().getPublic();
    refuses(ErrorCode.CONTROLLER_UNTRUSTED, claim(authority));
    assertThat(Identity.exists(folder)).isFalse();
  }

  @Test
  void passesOnWhatTheControllerSaysOfTheClaim() {
    for (ErrorCode code :
        new ErrorCode[] {ErrorCode.CLAIM_UNKNOWN, ErrorCode.CLAIM_USED, ErrorCode.CLAIM_EXPIRED}) {
      problem = code.name();
      refuses(code, claim(authority));
    }
    problem = "";
    Enrolment.enrol(address, claim(authority), "dev-1", folder);
  }

  @Test
  void saysThatNobodyAnswers() {
    server.stop(0);
    refuses(ErrorCode.CONTROLLER_UNREACHABLE, claim(authority));
  }

  @Test
  void replacesNoIdentity() {
    Enrolment.enrol(address, claim(authority), "dev-1", folder);
    refuses(ErrorCode.CONFLICT, claim(authority));
  }

  @Test
  void refusesAKeyThatOthersCanRead() throws Exception {
    Identity identity = Enrolment.enrol(address, claim(authority), "dev-1", folder);
    Files.setPosixFilePermissions(
        folder.resolve("identity/device-key.pem"), PosixFilePermissions.fromString("rw-r--r--"));
    assertThatThrownBy(identity::tls)
        .isInstanceOfSatisfying(
            FlotillaException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.CONFIGURATION_INVALID));
  }

  @Test
  void readsClaimsAndShowsNoSecret() {
    assertThat(claim(authority)).hasToString("claim claim-1");
    for (String bad : new String[] {"", "flc1.a.b.c", "flc2.a.0123456789abcdef.00"}) {
      assertThatThrownBy(() -> Claim.parse(bad))
          .isInstanceOfSatisfying(
              FlotillaException.class,
              e -> assertThat(e.code()).isEqualTo(ErrorCode.INPUT_INVALID));
    }
  }

  private void refuses(ErrorCode code, Claim claim) {
    assertThatThrownBy(() -> Enrolment.enrol(address, claim, "dev-1", folder))
        .isInstanceOfSatisfying(
            FlotillaException.class,
            e -> {
              assertThat(e.code()).isEqualTo(code);
              assertThat(e.getMessage()).doesNotContain(SECRET);
            });
  }

  private static Claim claim(TestAuthority of) {
    try {
      Digest digest = Digest.of(of.certificate.getEncoded());
      return Claim.parse("flc1.claim-1." + SECRET + "." + digest.hex());
    } catch (CertificateEncodingException e) {
      throw new IllegalStateException(e);
    }
  }

  private void answer(HttpExchange exchange) throws IOException {
    String request = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
    boolean refused = !problem.isEmpty();
    String body = refused ? "{\"code\":\"" + problem + "\"}" : grant(request);
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(refused ? 403 : 201, bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  private String grant(String request) throws IOException {
    PublicKey other = certify;
    PublicKey key = other == null ? requestedKey(request) : other;
    return """
        {"deviceId":"dev-1","certificate":"%s","ca":"%s","assignmentKey":"%s",
         "broker":"mqtts://127.0.0.1:8883","tenant":"default","more":1}"""
        .formatted(
            json(TestAuthority.pem(authority.issue("dev-1", key))),
            json(TestAuthority.pem(authority.certificate)),
            json(SigningKey.generate().verifyingKey().pem()));
  }

  private static PublicKey requestedKey(String request) throws IOException {
    Matcher csr = Pattern.compile("\"csr\":\"([^\"]+)\"").matcher(request);
    assertThat(csr.find()).isTrue();
    String pem = csr.group(1).replace("\\n", "\n").replace("\\r", "");
    try (PEMParser parser = new PEMParser(new StringReader(pem))) {
      PKCS10CertificationRequest asked = (PKCS10CertificationRequest) parser.readObject();
      return new JcaPEMKeyConverter().getPublicKey(asked.getSubjectPublicKeyInfo());
    }
  }

  private static String json(String text) {
    return text.replace("\r", "").replace("\n", "\\n");
  }
}
