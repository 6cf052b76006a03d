/** Programs that run inside a container during a test; they use nothing but the JDK. */
package io.nereid.e2e.inside;
