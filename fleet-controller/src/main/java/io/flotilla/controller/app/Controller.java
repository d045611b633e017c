package io.flotilla.controller.app;

import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.controller.broker.AclFile;
import io.flotilla.controller.broker.BrokerConfig;
import io.flotilla.controller.broker.EmbeddedBroker;
import io.flotilla.controller.device.DeviceRoutes;
import io.flotilla.controller.event.EventRoutes;
import io.flotilla.controller.http.AccessRules;
import io.flotilla.controller.http.Entry;
import io.flotilla.controller.http.HttpApi;
import io.flotilla.controller.http.HttpConfig;
import io.flotilla.controller.http.Routes;
import io.flotilla.controller.http.SystemRoutes;
import io.flotilla.controller.identity.CertificateAuthority;
import io.flotilla.controller.identity.Claims;
import io.flotilla.controller.identity.Enrolment;
import io.flotilla.controller.identity.EnrolmentTerms;
import io.flotilla.controller.identity.IdentityRoutes;
import io.flotilla.controller.identity.OperatorAccess;
import io.flotilla.controller.identity.TlsIdentity;
import io.flotilla.controller.link.DeviceLink;
import io.flotilla.controller.link.InboundMessage;
import io.flotilla.controller.link.LinkConfig;
import io.flotilla.controller.link.LinkListener;
import io.flotilla.controller.operator.AccessFile;
import io.flotilla.controller.operator.AccessPolicy;
import io.flotilla.controller.operator.Entrance;
import io.flotilla.controller.operator.LocalAdmin;
import io.flotilla.controller.operator.OperatorRoutes;
import io.flotilla.controller.operator.Operators;
import io.flotilla.protocol.topic.Topics;
import io.flotilla.protocol.topic.UpKind;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One controller. It is ready when {@link #start} returns: store, broker, link and API are up. A
 * SIGKILL at any time loses nothing that was acknowledged: the next start on the same folder goes
 * on from there, on the same ports.
 */
public final class Controller implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Controller.class);
  private static final long TICK_MILLIS = 500;
  private static final String OPERATOR_FILE = "operator.json";

  private final Foundation foundation;
  private final Topics topics;
  private final Stopping stopping;
  private final Pulse pulse = new Pulse(System::nanoTime);
  private final Features features;
  private final Optional<EmbeddedBroker> broker;
  private final URI brokerAddress;
  private final Optional<BrokerRules> brokerRules;
  private final DeviceLink link;
  private final HttpApi http;

  private Controller(ControllerConfig config, Stopping stopping) {
    this.stopping = stopping;
    this.topics = new Topics(config.tenant());
    this.foundation = Foundation.open(config, stopping);
    foundation.upgrade();
    OperatorAccess operator =
        OperatorAccess.open(
            foundation.store(),
            foundation.audit(),
            config.data().resolve(OPERATOR_FILE),
            foundation.random());
    Outbound outbound = new Outbound(topics);
    this.features = new Features(foundation, outbound, topics, stopping);
    features.core().start();
    features.recover();
    Ports before = Ports.read(foundation.store());
    this.broker =
        config.broker() instanceof BrokerChoice.Embedded embedded
            ? Optional.of(stopping.add("the broker", startBroker(embedded, before)))
            : Optional.empty();
    this.brokerAddress = brokerAddress(config.broker());
    this.brokerRules = keepRules(config.broker());
    this.link = stopping.add("the link", makeLink(config.broker()));
    outbound.use(link);
    Waiting.await(link.connect());
    startTicks();
    this.http = stopping.add("the API", startHttp(config, operator, before));
    new Ports(
            config.httpPort() == 0 ? http.port() : before.http(),
            broker.map(EmbeddedBroker::port).orElse(before.mqtt()))
        .write(features.core());
    operator.publish(http.url(), foundation.authority().file());
    LOG.info("the controller is ready: API {}, broker {}", http.url(), brokerAddress);
  }

  /**
   * Starts a controller; takes a few seconds. If it fails, nothing is left running but threads of a
   * broker that did not start, so that a process should end with an explicit exit.
   *
   * @throws FlotillaException {@code CONFIGURATION_INVALID} with everything that is wrong; {@code
   *     TRUST_POLICY_INVALID}; {@code STORE_LOCKED}, {@code STORE_CORRUPT}, {@code STORE_FAILED},
   *     {@code STORAGE_FAILED}, {@code DISK_FULL}; {@code PORT_IN_USE}; {@code BROKER_FAILED};
   *     {@code BROKER_UNREACHABLE}, {@code BROKER_REFUSED}
   */
  public static Controller start(ControllerConfig config) {
    config.requireSound();
    Ports.requireFree(config.httpHost(), config.httpPort());
    if (config.broker() instanceof BrokerChoice.Embedded embedded) {
      Ports.requireFree(embedded.host(), embedded.port());
    }
    Stopping stopping = new Stopping();
    boolean started = false;
    try {
      Controller controller = new Controller(config, stopping);
      started = true;
      return controller;
    } finally {
      if (!started) {
        stopping.close();
      }
    }
  }

  /** Address of the API, without a path. */
  public URI api() {
    return http.url();
  }

  /** Address of the broker, as devices reach it. */
  public URI broker() {
    return brokerAddress;
  }

  /** The file with what the operator's commands need; mode 600. */
  public Path operatorFile() {
    return foundation.config().data().resolve(OPERATOR_FILE);
  }

  /** The authority that issues the fleet's certificates, for a broker that somebody else runs. */
  public CertificateAuthority authority() {
    return foundation.authority();
  }

  /** Everything the API answers, as {@code METHOD /path}, sorted. */
  List<String> endpoints() {
    return http.endpoints();
  }

  /** Stops everything in the reverse order of the start; takes up to half a minute. */
  @Override
  public void close() {
    LOG.info("the controller stops");
    stopping.close();
  }

  private EmbeddedBroker startBroker(BrokerChoice.Embedded embedded, Ports before) {
    return EmbeddedBroker.start(
        new BrokerConfig(
            embedded.host(),
            Ports.choose(embedded.port(), before.mqtt()),
            foundation.folder("broker"),
            topics,
            foundation.authority().server()),
        features::admits,
        foundation.random());
  }

  private Optional<BrokerRules> keepRules(BrokerChoice choice) {
    if (!(choice instanceof BrokerChoice.External external) || external.rules().isEmpty()) {
      return Optional.empty();
    }
    BrokerChoice.Rules rules = external.rules().get();
    BrokerRules kept =
        stopping.add(
            "the broker's rules",
            new BrokerRules(
                new AclFile(topics, rules.file(), rules.reload()),
                features.fleet().devices()::shutOut));
    kept.start();
    return Optional.of(kept);
  }

  private URI brokerAddress(BrokerChoice choice) {
    return switch (choice) {
      case BrokerChoice.Embedded embedded -> mqtts(Foundation.reachable(embedded.host()));
      case BrokerChoice.External external -> external.address();
    };
  }

  private URI mqtts(String host) {
    int port = broker.map(EmbeddedBroker::port).orElseThrow();
    return URI.create(
        "mqtts://%s:%d".formatted(host.contains(":") ? "[" + host + "]" : host, port));
  }

  private DeviceLink makeLink(BrokerChoice choice) {
    TlsIdentity identity = foundation.authority().controller();
    URI address =
        choice instanceof BrokerChoice.Embedded embedded && isAnywhere(embedded.host())
            ? mqtts(ControllerConfig.DEFAULT_HOST)
            : brokerAddress;
    LinkConfig config =
        new LinkConfig(
            address,
            CertificateAuthority.CONTROLLER,
            List.of(topics.upOfAll()),
            identity.keyManagers(),
            identity.trustManagers());
    return new DeviceLink(config, this::receive, new Reconnected(), foundation.random());
  }

  private static boolean isAnywhere(String host) {
    return host.equals("0.0.0.0") || host.equals("::");
  }

  /** On the link's thread; a full queue holds the link up, and so the broker. */
  private void receive(InboundMessage message) {
    Optional<Topics.UpTopic> topic = topics.parseUp(message.topic());
    if (topic.isEmpty()) {
      LOG.warn("a message on the foreign topic {} is ignored", message.topic());
      message.acknowledge().run();
    } else if (topic.get().kind() == UpKind.NEED) {
      features.delivery().need(topic.get().deviceId(), message.payload());
      message.acknowledge().run();
    } else {
      long nowMs = foundation.clock().millis();
      ignore(
          features
              .core()
              .submitWaiting(
                  tx -> {
                    features.ingest().message(tx, topic.get(), message.payload(), nowMs);
                    return nowMs;
                  })
              .whenComplete((taken, failure) -> message.acknowledge().run()),
          "a message on " + message.topic());
    }
  }

  /** Publishes again what the broker must hold. */
  private final class Reconnected implements LinkListener {
    @Override
    public void onConnected() {
      long nowMs = foundation.clock().millis();
      ignore(
          features
              .core()
              .submitWaiting(
                  tx -> {
                    features.assignments().republishAll(tx, nowMs);
                    return nowMs;
                  }),
          "publishing the assignments again");
    }

    @Override
    public void onDisconnected(String reason) {
      LOG.warn("the broker is lost: {}", reason);
    }
  }

  private void startTicks() {
    ScheduledExecutorService ticks =
        new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().name("flotilla-ticks").daemon(true).factory());
    stopping.add("the ticks", ticks::shutdownNow);
    var _ =
        ticks.scheduleWithFixedDelay(this::tick, TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
  }

  /** What is left of a tick comes behind what came in meanwhile. */
  private void tick() {
    long nowMs = foundation.clock().millis();
    ignore(
        features
            .core()
            .submit(
                tx -> {
                  pulse.answered();
                  return features.tick(tx, nowMs);
                })
            .whenComplete(
                (more, failure) -> {
                  if (failure == null && more) {
                    tick();
                  }
                }),
        "a tick");
  }

  /** Failures are told in the log: nobody waits for the outcome. */
  private static void ignore(CompletionStage<?> stage, String what) {
    var _ =
        stage.whenComplete(
            (done, failure) -> {
              if (failure != null) {
                LOG.warn("{} failed: {}", what, failure.getMessage());
              }
            });
  }

  private HttpApi startHttp(ControllerConfig config, OperatorAccess operator, Ports before) {
    CertificateAuthority authority = foundation.authority();
    Claims claims =
        new Claims(
            features.core(), foundation.clock(), foundation.random(), authority.fingerprint());
    EnrolmentTerms terms =
        new EnrolmentTerms(
            config.tenant(), brokerAddress, foundation.assignmentKey().verifyingKey().pem());
    List<Routes> routes = new ArrayList<>(features.routes());
    routes.add(new SystemRoutes(this::checks));
    routes.add(new DeviceRoutes(features.fleet(), foundation.clock(), this::shutOut));
    AccessPolicy access = AccessFile.read(config.data());
    Operators operators = new Operators(foundation.store(), foundation.random());
    routes.add(
        new OperatorRoutes(
            features.core(), operators, features.fleet().events(), foundation.clock()));
    routes.add(new EventRoutes(features.fleet().events(), "urn:flotilla:" + config.tenant()));
    routes.add(
        new IdentityRoutes(
            claims, new Enrolment(terms, authority, claims, features.fleet(), foundation.clock())));
    return HttpApi.start(
        new HttpConfig(
            config.httpHost(),
            Ports.choose(config.httpPort(), before.http()),
            authority.serverFile(),
            authority.serverKeyFile(),
            foundation.folder("uploads"),
            HttpConfig.DEFAULT_TIMEOUT),
        new Entry(
            new Entrance(new LocalAdmin(operator::accepts), operators, access, foundation.clock()),
            access.limits(),
            AccessRules.API),
        routes);
  }

  private Map<String, Boolean> checks() {
    Map<String, Boolean> checks = new TreeMap<>();
    checks.put("store", features.core().storing());
    checks.put("broker", link.connected());
    checks.put("core", features.core().running() && pulse.beats());
    brokerRules.ifPresent(rules -> checks.put("brokerRules", rules.current()));
    return checks;
  }

  private void shutOut(String device) {
    disconnect(device);
    ignore(features.gone(device), "telling rollouts that " + device + " is shut out");
  }

  private void disconnect(String device) {
    broker.ifPresent(
        embedded -> ignore(embedded.disconnect(device), "ending the connection of " + device));
  }
}
