package io.flotilla.controller.broker;

import io.flotilla.controller.identity.CertificateAuthority;
import java.security.cert.X509Certificate;
import java.util.Optional;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;

/** Who a certificate of our authority says a client is. */
sealed interface Principal {
  /** A device. */
  record Device(String id) implements Principal {}

  /** The controller itself. */
  record Controller() implements Principal {}

  /**
   * Reads the subject; empty if it is neither a device's nor the controller's. The unit decides
   * which, so that no device can be taken for the controller whatever it is called.
   */
  static Optional<Principal> of(X509Certificate certificate) {
    Optional<String> unit = attribute(certificate, "OU");
    Optional<String> name = attribute(certificate, "CN");
    if (unit.isEmpty() || name.isEmpty()) {
      return Optional.empty();
    }
    return switch (unit.get()) {
      case CertificateAuthority.DEVICE_UNIT -> Optional.of(new Device(name.get()));
      case CertificateAuthority.CONTROLLER -> Optional.of(new Controller());
      default -> Optional.empty();
    };
  }

  /** The MQTT client id that goes with it. */
  default String clientId() {
    return switch (this) {
      case Device device -> device.id();
      case Controller controller -> CertificateAuthority.CONTROLLER;
    };
  }

  /** The only value of an attribute; empty if there is none or several. */
  private static Optional<String> attribute(X509Certificate certificate, String type) {
    try {
      var values =
          new LdapName(certificate.getSubjectX500Principal().getName())
              .getRdns().stream()
                  .filter(rdn -> rdn.size() == 1 && rdn.getType().equalsIgnoreCase(type))
                  .map(Rdn::getValue)
                  .toList();
      return values.size() == 1 && values.getFirst() instanceof String text
          ? Optional.of(text)
          : Optional.empty();
    } catch (InvalidNameException e) {
      return Optional.empty();
    }
  }
}
