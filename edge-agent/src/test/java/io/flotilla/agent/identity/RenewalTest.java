package io.flotilla.agent.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flotilla.agent.testing.TestAuthority;
import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import java.io.StringReader;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequest;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RenewalTest {
  @TempDir private Path folder;
  private final TestAuthority authority = new TestAuthority();
  private final DeviceKey key = DeviceKey.generate();
  private Identity identity;
  private X509Certificate present;

  @BeforeEach
  void enrol() throws Exception {
    key.save(folder.resolve(Identity.KEY_FILE));
    Files.writeString(
        folder.resolve(Identity.AUTHORITY_FILE), TestAuthority.pem(authority.certificate));
    identity = new Identity("dev-1", "default", URI.create("mqtts://b:1"), "", folder);
    present = authority.issue("dev-1", open());
    write(present);
  }

  private PublicKey open() throws Exception {
    try (PEMParser parser = new PEMParser(new StringReader(key.certificateRequest("dev-1")))) {
      return new JcaPKCS10CertificationRequest((PKCS10CertificationRequest) parser.readObject())
          .getPublicKey();
    }
  }

  private void write(X509Certificate certificate) throws Exception {
    Files.writeString(folder.resolve(Identity.CERTIFICATE_FILE), TestAuthority.pem(certificate));
  }

  @Test
  void isDueOnceTwoThirdsOfTheLifeAreOver() {
    Instant from = present.getNotBefore().toInstant();
    Duration third = Duration.between(from, present.getNotAfter().toInstant()).dividedBy(3);
    assertThat(identity.renewalDue(from.plus(third.multipliedBy(2)).minusSeconds(2))).isFalse();
    assertThat(identity.renewalDue(from.plus(third.multipliedBy(2)).plusSeconds(2))).isTrue();
  }

  @Test
  void takesALongerOneForItsOwnKeyAndName() throws Exception {
    assertThat(identity.renew(TestAuthority.pem(present))).as("the present one").isFalse();
    X509Certificate next = authority.issue("dev-1", open(), Duration.ofDays(30));
    assertThat(identity.renew(TestAuthority.pem(next))).isTrue();
    assertThat(identity.renewalDue(next.getNotBefore().toInstant().plusSeconds(60))).isFalse();
    assertThat(identity.tls().getProtocol()).isEqualTo("TLSv1.2");
  }

  @Test
  void takesNoneOfAnotherAuthorityKeyOrName() throws Exception {
    String before = Files.readString(folder.resolve(Identity.CERTIFICATE_FILE));
    Duration month = Duration.ofDays(30);
    refused(TestAuthority.pem(new TestAuthority().issue("dev-1", open(), month)));
    refused(TestAuthority.pem(authority.issue("dev-2", open(), month)));
    PublicKey other = TestAuthority.newKeys().getPublic();
    refused(TestAuthority.pem(authority.issue("dev-1", other, month)));
    refused("");
    refused("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
    assertThat(Files.readString(folder.resolve(Identity.CERTIFICATE_FILE))).isEqualTo(before);
  }

  private void refused(String pem) {
    assertThatThrownBy(() -> identity.renew(pem))
        .isInstanceOfSatisfying(
            FlotillaException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.CONTROLLER_UNTRUSTED));
  }
}
