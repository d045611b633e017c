package io.flotilla.agent.transport.paho;

import io.flotilla.agent.transport.DeviceTransport.Listener;
import org.eclipse.paho.mqttv5.client.IMqttToken;
import org.eclipse.paho.mqttv5.client.MqttCallback;
import org.eclipse.paho.mqttv5.client.MqttDisconnectResponse;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.eclipse.paho.mqttv5.common.MqttMessage;
import org.eclipse.paho.mqttv5.common.packet.MqttProperties;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Paho's callbacks. None of them waits for anything: Paho deadlocks when they do. */
final class HandOn implements MqttCallback {
  private static final Logger LOG = LoggerFactory.getLogger(HandOn.class);

  private final Listener listener;
  private final Runnable lost;

  HandOn(Listener listener, Runnable lost) {
    this.listener = listener;
    this.lost = lost;
  }

  @Override
  public void disconnected(MqttDisconnectResponse response) {
    LOG.debug("disconnected: {}", response);
    lost.run();
  }

  @Override
  public void mqttErrorOccurred(MqttException failure) {
    LOG.debug("an error in the client", failure);
  }

  @Override
  public void messageArrived(String topic, MqttMessage message) {
    listener.message(topic, message.getPayload());
  }

  @Override
  public void deliveryComplete(IMqttToken token) {
    LOG.trace("delivered {}", token.getMessageId());
  }

  @Override
  public void connectComplete(boolean reconnect, String broker) {
    LOG.trace("connected to {}", broker);
  }

  @Override
  public void authPacketArrived(int reasonCode, MqttProperties properties) {
    LOG.debug("an AUTH packet with reason code {} is ignored", reasonCode);
  }
}
