/**
 * The default seccomp profile: an allow list with the same reach as Docker's. What is not named answers EPERM.
 * Left out on purpose: what reaches beyond the container (kexec, modules, clock, swap, keyrings, userfaultfd,
 * io_uring, new namespaces, NUMA policy), unless a capability of the container says that it may.
 */
import type { SeccompProfile, SeccompRule } from './seccomp-profile.ts'

const ALLOW = 'SCMP_ACT_ALLOW'

/** System calls that any container may make, by what they are for. */
const ALWAYS: Readonly<Record<string, string>> = {
  files: `access chdir chmod chown chown32 close close_range copy_file_range creat dup dup2 dup3 faccessat faccessat2
    fadvise64 fadvise64_64 fallocate fchdir fchmod fchmodat fchmodat2 fchown fchown32 fchownat fcntl fcntl64 fdatasync
    flock fstat fstat64 fstatat64 fstatfs fstatfs64 fsync ftruncate ftruncate64 futimesat getcwd getdents getdents64
    lchown lchown32 link linkat _llseek lseek lstat lstat64 mkdir mkdirat mknod mknodat name_to_handle_at newfstatat
    open openat openat2 pipe pipe2 pread64 preadv preadv2 pwrite64 pwritev pwritev2 read readahead readlink readlinkat
    readv rename renameat renameat2 rmdir sendfile sendfile64 splice stat stat64 statfs statfs64 statx symlink
    symlinkat sync sync_file_range syncfs tee truncate truncate64 umask unlink unlinkat ustat utime utimensat
    utimensat_time64 utimes vmsplice write writev ioctl cachestat`,
  attributes: `fgetxattr flistxattr fremovexattr fsetxattr getxattr lgetxattr listxattr llistxattr lremovexattr
    lsetxattr removexattr setxattr getxattrat listxattrat removexattrat setxattrat`,
  watching: `epoll_create epoll_create1 epoll_ctl epoll_ctl_old epoll_pwait epoll_pwait2 epoll_wait epoll_wait_old
    eventfd eventfd2 fanotify_mark inotify_add_watch inotify_init inotify_init1 inotify_rm_watch poll ppoll
    ppoll_time64 pselect6 pselect6_time64 select _newselect`,
  asynchronous: 'io_cancel io_destroy io_getevents io_pgetevents io_pgetevents_time64 io_setup io_submit',
  memory: `brk madvise membarrier memfd_create memfd_secret mincore mlock mlock2 mlockall mmap mmap2 mprotect mremap
    mseal msync munlock munlockall munmap pkey_alloc pkey_free pkey_mprotect process_mrelease remap_file_pages
    map_shadow_stack`,
  processes: `execve execveat exit exit_group fork getcpu getpgid getpgrp getpid getpidfd getppid getpriority getsid
    gettid kill nanosleep pause pidfd_open pidfd_send_signal prctl prlimit64 ptrace process_vm_readv process_vm_writev
    restart_syscall rseq sched_getaffinity sched_getattr sched_getparam sched_get_priority_max
    sched_get_priority_min sched_getscheduler sched_rr_get_interval sched_rr_get_interval_time64 sched_setaffinity
    sched_setattr sched_setparam sched_setscheduler sched_yield seccomp setpgid setpriority setsid set_thread_area
    get_thread_area set_tid_address tgkill tkill vfork wait4 waitid waitpid ioprio_get ioprio_set uretprobe`,
  threads: `futex futex_requeue futex_time64 futex_wait futex_waitv futex_wake get_robust_list set_robust_list`,
  signals: `rt_sigaction rt_sigpending rt_sigprocmask rt_sigqueueinfo rt_sigreturn rt_sigsuspend rt_sigtimedwait
    rt_sigtimedwait_time64 rt_tgsigqueueinfo sigaltstack signal signalfd signalfd4 sigprocmask sigreturn`,
  identity: `capget capset getegid getegid32 geteuid geteuid32 getgid getgid32 getgroups getgroups32 getresgid
    getresgid32 getresuid getresuid32 getuid getuid32 setfsgid setfsgid32 setfsuid setfsuid32 setgid setgid32
    setgroups setgroups32 setregid setregid32 setresgid setresgid32 setresuid setresuid32 setreuid setreuid32 setuid
    setuid32 landlock_add_rule landlock_create_ruleset landlock_restrict_self`,
  time: `adjtimex alarm clock_adjtime clock_adjtime64 clock_getres clock_getres_time64 clock_gettime clock_gettime64
    clock_nanosleep clock_nanosleep_time64 getitimer gettimeofday setitimer time timer_create timer_delete
    timer_getoverrun timer_gettime timer_gettime64 timer_settime timer_settime64 timerfd_create timerfd_gettime
    timerfd_gettime64 timerfd_settime timerfd_settime64 times`,
  network: `accept accept4 bind connect getpeername getsockname getsockopt listen recv recvfrom recvmmsg
    recvmmsg_time64 recvmsg send sendmmsg sendmsg sendto setsockopt shutdown socketcall socketpair`,
  messages: `ipc mq_getsetattr mq_notify mq_open mq_timedreceive mq_timedreceive_time64 mq_timedsend
    mq_timedsend_time64 mq_unlink msgctl msgget msgrcv msgsnd semctl semget semop semtimedop semtimedop_time64 shmat
    shmctl shmdt shmget`,
  system: `getrandom getrlimit getrusage setrlimit sysinfo ugetrlimit uname statmount listmount lsm_get_self_attr
    lsm_set_self_attr lsm_list_modules`,
}

/** System calls that come with a capability. */
const WITH_CAPABILITY: Readonly<Record<string, string>> = {
  CAP_DAC_READ_SEARCH: 'open_by_handle_at',
  CAP_SYS_ADMIN: `bpf clone clone3 fanotify_init fsconfig fsmount fsopen fspick lookup_dcookie mount mount_setattr
    move_mount open_tree perf_event_open quotactl quotactl_fd setdomainname sethostname setns syslog umount umount2
    unshare`,
  CAP_SYS_BOOT: 'reboot',
  CAP_SYS_CHROOT: 'chroot',
  CAP_SYS_MODULE: 'delete_module finit_module init_module',
  CAP_SYS_PACCT: 'acct',
  CAP_SYS_PTRACE: 'kcmp pidfd_getfd process_madvise',
  CAP_SYS_RAWIO: 'ioperm iopl',
  CAP_SYS_TIME: 'clock_settime clock_settime64 settimeofday stime',
  CAP_SYS_TTY_CONFIG: 'vhangup',
  CAP_SYS_NICE: 'get_mempolicy mbind set_mempolicy set_mempolicy_home_node',
  CAP_SYSLOG: 'syslog',
  CAP_BPF: 'bpf',
  CAP_PERFMON: 'perf_event_open',
}

/** CLONE_NEW* of namespaces.7: cgroup, user, pid, net, ns, uts, ipc. */
const NEW_NAMESPACE_FLAGS = 0x7e020000
/** personality(2): Linux, 32 bit Linux, each also with UNAME26, and the query. */
const PERSONALITIES = [0x0, 0x8, 0x20000, 0x20008, 0xffffffff]
const AF_VSOCK = 40
const ENOSYS = 38
const EPERM = 1

const words = (text: string): readonly string[] => text.split(/\s+/).filter(Boolean)

const conditional: readonly SeccompRule[] = [
  ...PERSONALITIES.map((value) => ({
    names: ['personality'],
    action: ALLOW,
    args: [{ index: 0, value, op: 'SCMP_CMP_EQ' }],
  })),
  // Sockets to the hypervisor would leave every network namespace.
  { names: ['socket'], action: ALLOW, args: [{ index: 0, value: AF_VSOCK, op: 'SCMP_CMP_NE' }] },
  {
    names: ['clone'],
    action: ALLOW,
    args: [{ index: 0, value: NEW_NAMESPACE_FLAGS, valueTwo: 0, op: 'SCMP_CMP_MASKED_EQ' }],
    excludes: { caps: ['CAP_SYS_ADMIN'] },
  },
  // Its flags lie in memory where seccomp cannot look: ENOSYS makes the C library fall back to clone.
  { names: ['clone3'], action: 'SCMP_ACT_ERRNO', errnoRet: ENOSYS, excludes: { caps: ['CAP_SYS_ADMIN'] } },
  { names: ['arch_prctl', 'modify_ldt'], action: ALLOW, includes: { arches: ['amd64'] } },
  {
    names: [
      'arm_fadvise64_64',
      'arm_sync_file_range',
      'sync_file_range2',
      'breakpoint',
      'cacheflush',
      'set_tls',
    ],
    action: ALLOW,
    includes: { arches: ['arm64'] },
  },
]

export const DEFAULT_SECCOMP: SeccompProfile = {
  defaultAction: 'SCMP_ACT_ERRNO',
  defaultErrnoRet: EPERM,
  archMap: [
    { architecture: 'SCMP_ARCH_X86_64', subArchitectures: ['SCMP_ARCH_X86', 'SCMP_ARCH_X32'] },
    { architecture: 'SCMP_ARCH_AARCH64', subArchitectures: ['SCMP_ARCH_ARM'] },
  ],
  syscalls: [
    { names: Object.values(ALWAYS).flatMap(words), action: ALLOW },
    ...conditional,
    ...Object.entries(WITH_CAPABILITY).map(([cap, names]) => ({
      names: words(names),
      action: ALLOW,
      includes: { caps: [cap] },
    })),
  ],
}
