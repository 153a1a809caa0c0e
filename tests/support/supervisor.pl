# What of systemd a restart needs: it holds a listening socket, hands it to a program as descriptor 3, and prints what that
# tells of itself, a line each. SIGUSR1 restarts the program, SIGHUP goes on to it, SIGTERM ends both.
#
#   perl supervisor.pl /path/of.sock|PORT PROGRAM ARGUMENT...
use strict;
use warnings;
use POSIX ();
use Socket;

my ($address, @command) = @ARGV;
$| = 1;
$^F = 3; # what is opened up to here is not closed by exec
my $unix = $address =~ m{^/};
socket(my $listening, $unix ? AF_UNIX : AF_INET, SOCK_STREAM, 0) or die "socket: $!";
setsockopt($listening, SOL_SOCKET, SO_REUSEADDR, 1);
unlink $address if $unix;
bind($listening, $unix ? sockaddr_un($address) : sockaddr_in($address, INADDR_LOOPBACK)) or die "bind: $!";
listen($listening, 4096) or die "listen: $!";

# a name that is no file's: nothing is left behind
my $name = "invigil-supervisor-$$";
socket(my $heard, AF_UNIX, SOCK_DGRAM, 0) or die "socket: $!";
bind($heard, pack("S a*", AF_UNIX, "\0$name")) or die "bind: $!";

my ($child, $leaving, $again) = (0, 0, 0);
$SIG{HUP} = sub { kill HUP => $child };
$SIG{USR1} = sub { $again = 1; kill TERM => $child };
$SIG{TERM} = sub { $leaving = 1; kill TERM => $child };
$SIG{CHLD} = sub { };

sub start {
	$child = fork() // die "fork: $!";
	return if $child;
	POSIX::dup2(fileno($listening), 3) // die "dup2: $!";
	@ENV{qw(LISTEN_PID LISTEN_FDS NOTIFY_SOCKET WATCHDOG_USEC)} = ($$, 1, "\@$name", 3_000_000);
	exec @command or die "exec: $!";
}

start();
for (;;) {
	my $ready = '';
	vec($ready, fileno($heard), 1) = 1;
	if (select($ready, undef, undef, 0.05) > 0) {
		recv($heard, my $message, 4096, 0);
		print "$message\n";
	}
	next unless waitpid($child, POSIX::WNOHANG()) > 0;
	print "EXITED $?\n";
	exit($? >> 8) if $leaving || !$again;
	$again = 0;
	start();
}
