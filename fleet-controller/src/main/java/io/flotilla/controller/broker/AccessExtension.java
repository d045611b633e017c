package io.flotilla.controller.broker;

import com.hivemq.extension.sdk.api.auth.Authorizer;
import com.hivemq.extension.sdk.api.auth.PublishAuthorizer;
import com.hivemq.extension.sdk.api.auth.SimpleAuthenticator;
import com.hivemq.extension.sdk.api.auth.SubscriptionAuthorizer;
import com.hivemq.extension.sdk.api.auth.parameter.PublishAuthorizerInput;
import com.hivemq.extension.sdk.api.auth.parameter.PublishAuthorizerOutput;
import com.hivemq.extension.sdk.api.auth.parameter.SimpleAuthInput;
import com.hivemq.extension.sdk.api.auth.parameter.SimpleAuthOutput;
import com.hivemq.extension.sdk.api.auth.parameter.SubscriptionAuthorizerInput;
import com.hivemq.extension.sdk.api.auth.parameter.SubscriptionAuthorizerOutput;
import com.hivemq.extension.sdk.api.client.parameter.ClientTlsInformation;
import com.hivemq.extension.sdk.api.client.parameter.ConnectionInformation;
import com.hivemq.extension.sdk.api.packets.auth.DefaultAuthorizationBehaviour;
import com.hivemq.extension.sdk.api.packets.connect.ConnackReasonCode;
import com.hivemq.extension.sdk.api.packets.publish.AckReasonCode;
import com.hivemq.extension.sdk.api.packets.publish.PublishPacket;
import com.hivemq.extension.sdk.api.packets.subscribe.SubackReasonCode;
import com.hivemq.extension.sdk.api.parameter.ExtensionStartInput;
import com.hivemq.extension.sdk.api.parameter.ExtensionStartOutput;
import com.hivemq.extension.sdk.api.parameter.ExtensionStopInput;
import com.hivemq.extension.sdk.api.parameter.ExtensionStopOutput;
import com.hivemq.extension.sdk.api.services.Services;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The broker's gatekeeper, as an extension inside it. Whatever is not let in or allowed here is
 * refused; a bug here refuses as well, because the broker denies what nobody decided.
 */
final class AccessExtension implements Gatekeeper {
  private static final Logger LOG = LoggerFactory.getLogger(AccessExtension.class);

  private final TopicRules rules;
  private final DeviceGate gate;
  private final X509Certificate authority;
  private volatile boolean started;

  AccessExtension(TopicRules rules, DeviceGate gate, X509Certificate authority) {
    this.rules = rules;
    this.gate = gate;
    this.authority = authority;
  }

  @Override
  public boolean started() {
    return started;
  }

  @Override
  public void extensionStart(ExtensionStartInput input, ExtensionStartOutput output) {
    SimpleAuthenticator authenticator = this::authenticate;
    Services.securityRegistry().setAuthenticatorProvider(provided -> authenticator);
    Services.securityRegistry()
        .setAuthorizerProvider(
            provided -> authorizer(principal(provided.getConnectionInformation())));
    started = true;
  }

  @Override
  public void extensionStop(ExtensionStopInput input, ExtensionStopOutput output) {
    LOG.debug("the broker is stopping");
  }

  private void authenticate(SimpleAuthInput input, SimpleAuthOutput output) {
    output.getDefaultPermissions().setDefaultBehaviour(DefaultAuthorizationBehaviour.DENY);
    String clientId = input.getClientInformation().getClientId();
    Optional<X509Certificate> certificate = certificate(input.getConnectionInformation());
    boolean admitted =
        certificate
            .filter(this::isOurs)
            .flatMap(Principal::of)
            .filter(who -> who.clientId().equals(clientId))
            .filter(
                who ->
                    switch (who) {
                      case Principal.Device device ->
                          gate.admits(device.id(), certificate.get().getSerialNumber());
                      case Principal.Controller controller -> true;
                    })
            .isPresent();
    if (admitted) {
      output.authenticateSuccessfully();
    } else {
      LOG.info(
          "refused the client \"{}\" with the certificate of {}",
          printable(clientId),
          certificate.map(c -> c.getSubjectX500Principal().getName()).orElse("nobody"));
      output.failAuthentication(
          ConnackReasonCode.NOT_AUTHORIZED, "client id and certificate are not of this fleet");
    }
  }

  /** The listener has checked the chain already; this must not depend on its configuration. */
  private boolean isOurs(X509Certificate certificate) {
    try {
      certificate.verify(authority.getPublicKey());
      return true;
    } catch (GeneralSecurityException e) {
      return false;
    }
  }

  private Authorizer authorizer(Optional<Principal> who) {
    return new TopicAuthorizer(rules, who);
  }

  private static Optional<Principal> principal(ConnectionInformation connection) {
    return certificate(connection).flatMap(Principal::of);
  }

  private static Optional<X509Certificate> certificate(ConnectionInformation connection) {
    return connection.getClientTlsInformation().flatMap(ClientTlsInformation::getClientCertificate);
  }

  private static String printable(String text) {
    return text.replaceAll("[^\\p{Graph}]", "?");
  }

  /** Decides for one connection; last wills come along as publications. */
  private record TopicAuthorizer(TopicRules rules, Optional<Principal> who)
      implements PublishAuthorizer, SubscriptionAuthorizer {
    @Override
    public void authorizePublish(PublishAuthorizerInput input, PublishAuthorizerOutput output) {
      PublishPacket publish = input.getPublishPacket();
      boolean allowed =
          who.filter(
                  principal ->
                      rules.mayPublish(
                          principal,
                          publish.getTopic(),
                          publish.getRetain(),
                          publish.getQos().getQosNumber()))
              .isPresent();
      if (allowed) {
        output.authorizeSuccessfully();
      } else {
        output.failAuthorization(AckReasonCode.NOT_AUTHORIZED, "not a topic of this client");
      }
    }

    @Override
    public void authorizeSubscribe(
        SubscriptionAuthorizerInput input, SubscriptionAuthorizerOutput output) {
      String filter = input.getSubscription().getTopicFilter();
      if (who.filter(principal -> rules.maySubscribe(principal, filter)).isPresent()) {
        output.authorizeSuccessfully();
      } else {
        output.failAuthorization(SubackReasonCode.NOT_AUTHORIZED, "not a topic of this client");
      }
    }
  }
}
