package io.flotilla.controller.webhook;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.controller.event.CloudEvents;
import io.flotilla.controller.event.LoggedEvent;
import io.flotilla.controller.http.codec.ApiJson;
import jakarta.mail.Authenticator;
import jakarta.mail.Message;
import jakarta.mail.MessagingException;
import jakarta.mail.PasswordAuthentication;
import jakarta.mail.Session;
import jakarta.mail.Transport;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeMessage;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/** Sends events as e-mail in plain text, to {@code mailto:} addresses. */
final class Mailer implements Sender {
  static final String SCHEME = "mailto:";

  private static final int MAX_ADDRESSES = 10;
  private static final int MAX_SUBJECT = 200;
  private static final Pattern ADDRESS =
      Pattern.compile("[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,250}[A-Za-z0-9])?");
  private static final Pattern CONTROL = Pattern.compile("[\\p{Cntrl}\\p{Zl}\\p{Zp}]+");

  private final MailSettings settings;
  private final Session session;
  private final String source;

  /**
   * A mailer.
   *
   * @param timeout most time for connecting, and for each answer
   * @param source of the CloudEvents
   * @throws FlotillaException {@code CONFIGURATION_INVALID} if the authority's file is none
   */
  Mailer(MailSettings settings, Duration timeout, String source) {
    this.settings = settings;
    this.source = source;
    this.session = Session.getInstance(properties(settings, timeout), authenticator(settings));
  }

  static boolean isAddress(String text) {
    return ADDRESS.matcher(text).matches();
  }

  /** Whether this is {@code mailto:} and one or more addresses with commas between, no more. */
  static boolean isAcceptable(String url) {
    List<String> addresses = addresses(url);
    return addresses.size() <= MAX_ADDRESSES && addresses.stream().allMatch(Mailer::isAddress);
  }

  private static List<String> addresses(String url) {
    return Arrays.asList(url.substring(SCHEME.length()).split(",", -1));
  }

  private static Properties properties(MailSettings settings, Duration timeout) {
    String millis = Long.toString(timeout.toMillis());
    Properties all = new Properties();
    all.setProperty("mail.transport.protocol", "smtp");
    all.setProperty("mail.smtp.host", settings.host());
    all.setProperty("mail.smtp.port", Integer.toString(settings.port()));
    all.setProperty("mail.smtp.connectiontimeout", millis);
    all.setProperty("mail.smtp.timeout", millis);
    all.setProperty("mail.smtp.writetimeout", millis);
    all.setProperty("mail.smtp.auth", Boolean.toString(settings.login().isPresent()));
    boolean startTls = settings.security() == MailSettings.Security.STARTTLS;
    all.setProperty("mail.smtp.starttls.enable", Boolean.toString(startTls));
    all.setProperty("mail.smtp.starttls.required", Boolean.toString(startTls));
    all.setProperty(
        "mail.smtp.ssl.enable", Boolean.toString(settings.security() == MailSettings.Security.TLS));
    all.setProperty("mail.smtp.ssl.checkserveridentity", "true");
    settings.authority().ifPresent(file -> all.put("mail.smtp.ssl.socketFactory", trusting(file)));
    return all;
  }

  private static SSLSocketFactory trusting(Path authority) {
    try (InputStream in = Files.newInputStream(authority)) {
      KeyStore anchors = KeyStore.getInstance(KeyStore.getDefaultType());
      anchors.load(null, null);
      anchors.setCertificateEntry(
          "authority", CertificateFactory.getInstance("X.509").generateCertificate(in));
      TrustManagerFactory trust =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init(anchors);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, trust.getTrustManagers(), null);
      return context.getSocketFactory();
    } catch (IOException | GeneralSecurityException e) {
      throw new FlotillaException(
          ErrorCode.CONFIGURATION_INVALID,
          "%s names an authority that is none: %s".formatted(MailSettings.NAME, authority),
          e);
    }
  }

  private static @Nullable Authenticator authenticator(MailSettings settings) {
    return settings
        .login()
        .map(
            login ->
                new Authenticator() {
                  @Override
                  protected PasswordAuthentication getPasswordAuthentication() {
                    return new PasswordAuthentication(login.user(), login.password());
                  }
                })
        .orElse(null);
  }

  @Override
  public Optional<String> send(Webhook webhook, LoggedEvent event) {
    try {
      MimeMessage message = new Identified(session, event.id());
      message.setFrom(new InternetAddress(settings.from(), true));
      for (String address : addresses(webhook.url())) {
        message.addRecipient(Message.RecipientType.TO, new InternetAddress(address, true));
      }
      message.setSubject(subject(event), StandardCharsets.UTF_8.name());
      message.setHeader(
          "Date",
          DateTimeFormatter.RFC_1123_DATE_TIME.format(
              Instant.ofEpochMilli(event.timeMs()).atZone(ZoneOffset.UTC)));
      message.setText(text(event), StandardCharsets.UTF_8.name());
      Transport.send(message);
      return Optional.empty();
    } catch (MessagingException e) {
      return Optional.of(
          "%s: %s"
              .formatted(e.getClass().getSimpleName(), oneLine(String.valueOf(e.getMessage()))));
    }
  }

  /** Tells the same event's mails apart from others: the same in every attempt. */
  private final class Identified extends MimeMessage {
    private final long event;

    Identified(Session session, long event) {
      super(session);
      this.event = event;
    }

    @Override
    protected void updateMessageID() throws MessagingException {
      setHeader(
          "Message-ID",
          "<%s.%d@flotilla.invalid>".formatted(source.replaceAll("[^A-Za-z0-9-]", "."), event));
    }
  }

  private static String subject(LoggedEvent event) {
    Map<String, Object> data = event.data();
    String what = event.type().replace("io.flotilla.", "").replace('.', ' ');
    String text =
        data.containsKey("rule")
            ? "[%s] %s: %s%s (%s)"
                .formatted(
                    data.getOrDefault("severity", ""),
                    what,
                    data.get("rule"),
                    "".equals(data.getOrDefault("group", "")) ? "" : " of " + data.get("group"),
                    data.getOrDefault("found", ""))
            : "%s: %s".formatted(what, event.subject());
    String line = "Flotilla " + oneLine(text);
    return line.substring(0, Math.min(line.length(), MAX_SUBJECT));
  }

  private String text(LoggedEvent event) {
    String facts =
        event.data().entrySet().stream()
            .map(
                entry -> "  %s: %s".formatted(entry.getKey(), oneLine(entry.getValue().toString())))
            .collect(Collectors.joining("\n"));
    return "%s\n%s\n%s\n\n%s\n\n%s\n"
        .formatted(
            event.type(),
            oneLine(event.subject()),
            Instant.ofEpochMilli(event.timeMs()),
            facts,
            new String(ApiJson.encode(CloudEvents.of(event, source)), StandardCharsets.UTF_8));
  }

  /** What names, labels and reasons hold ends no header and forges no line. */
  private static String oneLine(String text) {
    return CONTROL.matcher(text).replaceAll(" ");
  }
}
