package io.vertebra.dispatch;

import io.vertebra.messaging.Call;
import io.vertx.core.Context;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.VertxBootstrap;
import io.vertx.core.spi.VertxServiceProvider;
import io.vertx.core.spi.context.storage.AccessMode;
import io.vertx.core.spi.context.storage.ContextLocal;
import org.jspecify.annotations.Nullable;

/**
 * The place on a Vert.x context where the running call is kept, so that calls made by its handler
 * find their parent. Vert.x wants it registered before an instance is built, hence the service
 * provider; a jar that lost {@code META-INF/services} makes {@link #isRegistered} false.
 */
public final class CallLocal implements VertxServiceProvider {
  private static final ContextLocal<Scope> KEY = ContextLocal.registerLocal(Scope.class);

  /** For the service loader. */
  public CallLocal() {}

  @Override
  public void init(VertxBootstrap bootstrap) {
    // Loading the class has registered the local.
  }

  static void put(ContextInternal context, Scope call) {
    context.putLocal(KEY, AccessMode.CONCURRENT, call);
  }

  /** Makes {@code call} the parent of calls made on {@code context}. */
  public static void inherit(ContextInternal context, Call call) {
    if (call instanceof Scope scope) {
      put(context, scope);
    }
  }

  static @Nullable Scope find(ContextInternal context) {
    return context.getLocal(KEY, AccessMode.CONCURRENT);
  }

  /** Whether contexts of this Vert.x instance have the place. */
  public static boolean isRegistered(Context context) {
    try {
      ((ContextInternal) context).getLocal(KEY, AccessMode.CONCURRENT);
      return true;
    } catch (IllegalArgumentException tooLate) {
      return false;
    }
  }
}
