package io.flotilla.cli.process;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.rolling.FixedWindowRollingPolicy;
import ch.qos.logback.core.rolling.RollingFileAppender;
import ch.qos.logback.core.rolling.SizeBasedTriggeringPolicy;
import ch.qos.logback.core.util.FileSize;
import java.nio.file.Path;
import org.slf4j.LoggerFactory;

/**
 * The log of a command that stays up: a file of at most 10 MB in its data folder, and one before.
 */
final class LogFile {
  private static final long MAX_BYTES = 10L << 20;

  private LogFile() {}

  /**
   * Writes everything from INFO on into {@code <folder>/<name>.log} from now on. Called before
   * anything else of the command, since embedded libraries look for a configuration of their own.
   *
   * @throws io.flotilla.bundle.failure.FlotillaException {@code CONFIGURATION_INVALID} or {@code
   *     STORAGE_FAILED} if the folder cannot be made
   */
  static void open(Path folder, String name) {
    DataFolder.make(folder);
    if (!(LoggerFactory.getILoggerFactory() instanceof LoggerContext context)) {
      throw new IllegalStateException("the distribution logs with logback");
    }
    RollingFileAppender<ILoggingEvent> appender = new RollingFileAppender<>();
    appender.setContext(context);
    appender.setName("file");
    appender.setFile(folder.resolve(name + ".log").toString());
    FixedWindowRollingPolicy rolling = new FixedWindowRollingPolicy();
    rolling.setContext(context);
    rolling.setParent(appender);
    rolling.setMinIndex(1);
    rolling.setMaxIndex(1);
    rolling.setFileNamePattern(folder.resolve(name + ".%i.log").toString());
    rolling.start();
    SizeBasedTriggeringPolicy<ILoggingEvent> trigger = new SizeBasedTriggeringPolicy<>();
    trigger.setContext(context);
    trigger.setMaxFileSize(new FileSize(MAX_BYTES));
    trigger.start();
    PatternLayoutEncoder encoder = new PatternLayoutEncoder();
    encoder.setContext(context);
    encoder.setPattern(
        "%d{yyyy-MM-dd'T'HH:mm:ss.SSS'Z',UTC} %-5level [%thread] %logger{30}: %msg%n");
    encoder.start();
    appender.setRollingPolicy(rolling);
    appender.setTriggeringPolicy(trigger);
    appender.setEncoder(encoder);
    appender.start();
    context.getLogger(Logger.ROOT_LOGGER_NAME).addAppender(appender);
  }
}
