package io.flotilla.controller.broker;

import com.hivemq.configuration.service.InternalConfigurations;
import com.hivemq.embedded.EmbeddedExtension;
import com.hivemq.embedded.EmbeddedHiveMQ;
import com.hivemq.extension.sdk.api.client.parameter.Listener;
import com.hivemq.extension.sdk.api.packets.disconnect.DisconnectReasonCode;
import com.hivemq.extension.sdk.api.services.Services;
import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * HiveMQ Community Edition in this process, with one TLS listener that demands certificates of our
 * own authority. It keeps everything in memory: after a restart the controller publishes again what
 * has to be retained. It is closed by default: should its gatekeeper not start, nobody gets in and
 * {@link #start} fails.
 *
 * <p>One at a time in a process, because the broker's own services are static.
 */
public final class EmbeddedBroker implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(EmbeddedBroker.class);
  private static final Duration START_TIMEOUT = Duration.ofSeconds(60);
  private static final Duration STOP_TIMEOUT = Duration.ofSeconds(20);

  private final EmbeddedHiveMQ broker;
  private final int port;

  private EmbeddedBroker(EmbeddedHiveMQ broker, int port) {
    this.broker = broker;
    this.port = port;
  }

  /**
   * Starts the broker; takes a few seconds.
   *
   * @param gate asked for every device that connects
   * @throws FlotillaException {@code PORT_IN_USE} if another process listens there; {@code
   *     BROKER_FAILED} if it does not start, or its gatekeeper does not: threads of the broker may
   *     be left then, so that the process must end with an explicit exit
   */
  public static EmbeddedBroker start(BrokerConfig config, DeviceGate gate, SecureRandom random) {
    AccessExtension access =
        new AccessExtension(new TopicRules(config.topics()), gate, config.identity().authority());
    return start(config, access, random);
  }

  static EmbeddedBroker start(BrokerConfig config, Gatekeeper access, SecureRandom random) {
    requireFreePort(config);
    Thread.UncaughtExceptionHandler before = Thread.getDefaultUncaughtExceptionHandler();
    EmbeddedHiveMQ hiveMq = build(config, access, random);
    try {
      // The broker's own default is to let everyone in whom no extension has refused. The setting
      // is read at the first connection, and reset by build().
      InternalConfigurations.AUTH_DENY_UNAUTHENTICATED_CONNECTIONS.set(true);
      hiveMq.start().get(START_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
      if (!access.started()) {
        stop(hiveMq);
        throw failed("its gatekeeper did not start", null);
      }
      return new EmbeddedBroker(hiveMq, listenerPort());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      stop(hiveMq);
      throw failed("it was interrupted", e);
    } catch (ExecutionException | TimeoutException e) {
      stop(hiveMq);
      throw failed("see the log", e);
    } finally {
      // The broker's own handler ends the process on any thread's uncaught exception.
      Thread.setDefaultUncaughtExceptionHandler(before);
    }
  }

  private static EmbeddedHiveMQ build(BrokerConfig config, Gatekeeper access, SecureRandom random) {
    try {
      BrokerFiles.Folders folders = BrokerFiles.write(config, random);
      return EmbeddedHiveMQ.builder()
          .withConfigurationFolder(folders.configuration())
          .withDataFolder(folders.data())
          .withExtensionsFolder(folders.extensions())
          .withEmbeddedExtension(
              EmbeddedExtension.builder()
                  .withId("flotilla-access")
                  .withName("Flotilla access rules")
                  .withVersion("1")
                  .withAuthor("Flotilla")
                  .withExtensionMain(access)
                  .build())
          .withoutLoggingBootstrap()
          .build();
    } catch (IOException | GeneralSecurityException e) {
      throw failed("its folder %s cannot be used".formatted(config.folder()), e);
    }
  }

  /** The broker itself reports a taken port without a word, and leaves threads behind. */
  private static void requireFreePort(BrokerConfig config) {
    try (ServerSocket probe = new ServerSocket()) {
      probe.setReuseAddress(true);
      probe.bind(new InetSocketAddress(InetAddress.getByName(config.host()), config.port()));
    } catch (BindException e) {
      throw new FlotillaException(
          ErrorCode.PORT_IN_USE,
          "port %d of %s is in use: stop the process that has it or choose another port"
              .formatted(config.port(), config.host()),
          e);
    } catch (IOException e) {
      throw failed("it cannot listen on %s:%d".formatted(config.host(), config.port()), e);
    }
  }

  private static int listenerPort() {
    return Services.adminService().getServerInformation().getListener().stream()
        .mapToInt(Listener::getPort)
        .findFirst()
        .orElseThrow(() -> failed("it has no listener", null));
  }

  private static FlotillaException failed(String why, @Nullable Exception cause) {
    String message = "the embedded broker did not start: " + why;
    return cause == null
        ? new FlotillaException(ErrorCode.BROKER_FAILED, message)
        : new FlotillaException(ErrorCode.BROKER_FAILED, message, cause);
  }

  /** The port it listens on. */
  public int port() {
    return port;
  }

  /**
   * Ends the connection of a device that was shut out; its will says that it is gone. To be called
   * once the gate knows. Does not block; completes with whether it was connected.
   */
  public CompletableFuture<Boolean> disconnect(String deviceId) {
    return Services.clientService()
        .disconnectClient(
            deviceId,
            false,
            DisconnectReasonCode.ADMINISTRATIVE_ACTION,
            "shut out by the operator");
  }

  /** Stops the broker; takes about 4 s. */
  @Override
  public void close() {
    stop(broker);
  }

  private static void stop(EmbeddedHiveMQ broker) {
    try {
      broker.stop().get(STOP_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException e) {
      LOG.warn("the embedded broker did not stop as it should", e);
    }
  }
}
