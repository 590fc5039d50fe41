"""What a check imports; nothing else of this package is public.

``@audit`` declares, ``report`` reports, ``skip`` refuses; the records are what the subject and
fact parameters carry.
"""

from pytest_reconaudit.audit import audit, report, report_groups, skip
from pytest_reconaudit.facts.asynchronous.app_data import Mismatch, SharedData
from pytest_reconaudit.facts.asynchronous.client_faults import ClientFault, ClientUse
from pytest_reconaudit.facts.asynchronous.fan_outs import FanOutFile, UnboundedWork
from pytest_reconaudit.facts.asynchronous.locks import GuardAcross, LockFile, Reentry
from pytest_reconaudit.facts.asynchronous.waits import Waiting, WaitingFile
from pytest_reconaudit.facts.cache.commands import CommandFile
from pytest_reconaudit.facts.cache.deletes import DeletedKey
from pytest_reconaudit.facts.cache.layers import CacheLayer
from pytest_reconaudit.facts.cache.lifetimes import CacheWrites
from pytest_reconaudit.facts.cache.memory import CacheMemory
from pytest_reconaudit.facts.cache.operations import CacheOperation, shown_ttl
from pytest_reconaudit.facts.cache.scopes import KeyScopes
from pytest_reconaudit.facts.cache.staleness import CachedKey
from pytest_reconaudit.facts.cargo_locks import CargoLock
from pytest_reconaudit.facts.ci.actions import TABLE_DATE as ACTIONS_TABLE_DATE
from pytest_reconaudit.facts.ci.actions import ActionFile, EndedAction, UsedAction
from pytest_reconaudit.facts.ci.bounds import Bound, BoundsScope
from pytest_reconaudit.facts.ci.caches import WorkflowCaches
from pytest_reconaudit.facts.ci.ci_paths import MissingPath, WorkflowPaths
from pytest_reconaudit.facts.ci.duplicates import SharedIntent, TwinPair, WorkflowTwin
from pytest_reconaudit.facts.ci.expressions import LostValue, WorkflowExpressions
from pytest_reconaudit.facts.ci.gates import Gate, WorkflowGates
from pytest_reconaudit.facts.ci.injections import Injection, WorkflowInjections
from pytest_reconaudit.facts.ci.kept_reports import JobTests, WorkflowTests
from pytest_reconaudit.facts.ci.lost_words import (
    lost_advice,
    lost_elsewhere,
    lost_ends,
    lost_impact,
    lost_severity,
)
from pytest_reconaudit.facts.ci.npm_calls import NpmCall, NpmCalls
from pytest_reconaudit.facts.ci.pins import Pin, PinnedFile
from pytest_reconaudit.facts.ci.pushes import BrokenTag, ImagePush, LostTag, WorkflowPushes
from pytest_reconaudit.facts.ci.reachability import DeadStep, JobReach
from pytest_reconaudit.facts.ci.rollouts import DeployJob, WorkflowDeploys, WorkflowMigrations
from pytest_reconaudit.facts.ci.runners import WorkflowRunners
from pytest_reconaudit.facts.ci.service_hosts import LostService, WorkflowServices
from pytest_reconaudit.facts.ci.triggers import WorkflowTrigger
from pytest_reconaudit.facts.code.places import weighed
from pytest_reconaudit.facts.compose.compose_references import BrokenReference, FileReferences
from pytest_reconaudit.facts.compose.data_stores import DataStore, StoreFile, listed_stores
from pytest_reconaudit.facts.compose.image_ages import TABLE_DATE as IMAGES_TABLE_DATE
from pytest_reconaudit.facts.compose.image_pins import (
    FileImages,
    ImagePin,
    images_also,
    images_listed,
    images_related,
    moving_sentence,
)
from pytest_reconaudit.facts.compose.live_configs import LiveVerdict
from pytest_reconaudit.facts.compose.name_clashes import Clash, FileClaims
from pytest_reconaudit.facts.compose.server_configs import MountedConfig
from pytest_reconaudit.facts.compose.service_policies import PolicyScope
from pytest_reconaudit.facts.compose.stacks import Stack
from pytest_reconaudit.facts.db.applied_indexes import AppliedIndexes, ExtraIndexes, IndexSource
from pytest_reconaudit.facts.db.foreign_keys import KeyScope, UnindexedKey
from pytest_reconaudit.facts.db.history_integrity import KeptHistory
from pytest_reconaudit.facts.db.index_ddl import IndexDdl
from pytest_reconaudit.facts.db.index_targets import IndexTargets
from pytest_reconaudit.facts.db.indexes import DeclaredIndex
from pytest_reconaudit.facts.db.keys import KeyFault, KeyState
from pytest_reconaudit.facts.db.live.indexes import InvalidIndex, LiveIndexes
from pytest_reconaudit.facts.db.live.migrations import MigrationState
from pytest_reconaudit.facts.db.live.sessions import LongTransaction, LongTransactions, PoolLoad
from pytest_reconaudit.facts.db.live.statements import (
    LiveRepeats,
    SlowStatements,
    StatementCounter,
)
from pytest_reconaudit.facts.db.live.storage import ScannedTable, ScannedTables, StorageState
from pytest_reconaudit.facts.db.lock_faults import LockFault, NewMigration
from pytest_reconaudit.facts.db.lock_fixes import lock_fix
from pytest_reconaudit.facts.db.migration_runners import CommittedMigrations, MissingMigration
from pytest_reconaudit.facts.db.migration_runs import (
    DatabaseChangers,
    MigrationPlace,
    SchemaChange,
)
from pytest_reconaudit.facts.db.migrations import MigrationRoot
from pytest_reconaudit.facts.db.placed_logs import PlacedLog, PlacedRepeat
from pytest_reconaudit.facts.db.pools import PoolUse
from pytest_reconaudit.facts.db.redundant_indexes import IndexGroup, IndexSet, UnusedIndexes
from pytest_reconaudit.facts.db.schema_matches import ComparedSchema
from pytest_reconaudit.facts.db.table_makers import DeclaredFile
from pytest_reconaudit.facts.docker.base_pins import BaseImage, BaseImages, Drift
from pytest_reconaudit.facts.docker.build_inputs import BuildInputs, InputFault
from pytest_reconaudit.facts.docker.context_ignores import Clutter, IgnoredContext
from pytest_reconaudit.facts.docker.dockerfile_faults import Fault, dockerfile_faults
from pytest_reconaudit.facts.docker.image_secrets import ImageSecret
from pytest_reconaudit.facts.docker.image_users import ImageUser, ImageUsers
from pytest_reconaudit.facts.docker.images import BuildContext, Images, LostSource, final_stage
from pytest_reconaudit.facts.docker.layers import EarlySource, Layers
from pytest_reconaudit.facts.docker.masked_errors import MaskedError, MaskedErrors
from pytest_reconaudit.facts.docker.mentions import DockerfileReferences, Unreferenced, VersionTwin
from pytest_reconaudit.facts.docker.toolchains import (
    ToolsShipped,
    is_aside_path,
    is_development_name,
    is_test_image_name,
    tools_shipped,
)
from pytest_reconaudit.facts.docs.claims import Claim, JudgedDocument
from pytest_reconaudit.facts.env.env_pairs import EnvPair, MissingKey
from pytest_reconaudit.facts.env.fallback_words import fallback_fix, fallback_sentence
from pytest_reconaudit.facts.env.fallbacks import Fallback, FallbackFile
from pytest_reconaudit.facts.env.frontends import (
    FrontendApp,
    FrontendService,
    PublicValue,
    WrongPrefix,
)
from pytest_reconaudit.facts.env.key_groups import KeyGroup, key_places
from pytest_reconaudit.facts.env.key_use import KeyUse
from pytest_reconaudit.facts.env.leak_words import leak_advice, leak_sentence
from pytest_reconaudit.facts.env.portability import PortableFile
from pytest_reconaudit.facts.env.requirements import Requirement, Requirements
from pytest_reconaudit.facts.env.secret_logs import LogFile
from pytest_reconaudit.facts.env.secrets import CommittedFile, Leak, leak_groups, same_elsewhere
from pytest_reconaudit.facts.env.unset_keys import UnsetKey
from pytest_reconaudit.facts.env.values import KeyValues
from pytest_reconaudit.facts.k8s.autoscalers import (
    Autoscaler,
    AutoscalerFile,
    Deployment,
    DeploymentView,
    Rival,
    ScaleTarget,
    Scaling,
)
from pytest_reconaudit.facts.k8s.cluster import Dangling, ReferenceFile, Sighting
from pytest_reconaudit.facts.k8s.image_pins import ImageFile, KubeImage
from pytest_reconaudit.facts.k8s.kube_faults import FaultGroup, KubeFault, KubeFile
from pytest_reconaudit.facts.k8s.kube_secrets import SecretsFile
from pytest_reconaudit.facts.k8s.render_sets import RenderSet
from pytest_reconaudit.facts.k8s.workloads import Unexpanded, Workload
from pytest_reconaudit.facts.linters import Linted
from pytest_reconaudit.facts.load.endpoints import LoadTargets
from pytest_reconaudit.facts.load.faults import JudgedScript
from pytest_reconaudit.facts.network.declared_ports import DeclaredPorts, UnboundPort
from pytest_reconaudit.facts.network.health import HealthFault, ImageHealth, ServiceHealth
from pytest_reconaudit.facts.network.health_presence import HealthFile, ImagePresence, Unasked
from pytest_reconaudit.facts.network.port_faults import PortFile, WrongPort
from pytest_reconaudit.facts.network.server_starts import ServerStart
from pytest_reconaudit.facts.npm_locks import Install, LockSubject
from pytest_reconaudit.facts.problems import ConfigFile
from pytest_reconaudit.facts.query.lists import ListFile
from pytest_reconaudit.facts.query.repeated import RepeatedQuery, Repetition
from pytest_reconaudit.facts.query.repetitions import QueryFile
from pytest_reconaudit.facts.query.serialized import SerializedList
from pytest_reconaudit.facts.query.unindexed import FilteredTable
from pytest_reconaudit.facts.rust.lean_dependencies import SUCCESSORS_DATE, CrateWeight
from pytest_reconaudit.facts.rust.module_tree import BrokenFile, CrateSources, MisplacedModule
from pytest_reconaudit.facts.rust.payloads import PayloadFile
from pytest_reconaudit.facts.rust.placeholders import CrateBodies
from pytest_reconaudit.facts.rust.regexes import RecompiledRegexes, RegexFile
from pytest_reconaudit.facts.rust.release_profiles import ReleaseProfile, debug_of
from pytest_reconaudit.facts.rust.shadowed_routes import RustRoutes, TwiceRouted
from pytest_reconaudit.facts.rust.used_dependencies import CrateUse
from pytest_reconaudit.facts.scripts.compose_calls import BadCall, ComposeCalls, build_fix
from pytest_reconaudit.facts.scripts.health_gates import GateFault, HealthGates
from pytest_reconaudit.facts.scripts.hidden_errors import HiddenError, ScriptErrors
from pytest_reconaudit.facts.scripts.lost_paths import LostPath, ScriptPaths
from pytest_reconaudit.facts.scripts.strict_words import careless_places, careless_sentence
from pytest_reconaudit.facts.scripts.strictness import ScriptStrictness
from pytest_reconaudit.facts.told_once import also_in
from pytest_reconaudit.facts.web.awaits import AwaitFile
from pytest_reconaudit.facts.web.buildable import Buildable, WebFault
from pytest_reconaudit.facts.web.delivery import AssetFault, AssetScope
from pytest_reconaudit.facts.web.dependency import Dependency
from pytest_reconaudit.facts.web.entries import EntrySize, Excess, kilobytes
from pytest_reconaudit.facts.web.heavy_libraries import HeavyUse
from pytest_reconaudit.facts.web.lean import PackageDependencies
from pytest_reconaudit.facts.web.memos import MemoFile
from pytest_reconaudit.facts.web.routers import RouterFile
from pytest_reconaudit.facts.web.splits import Split, SplitFile
from pytest_reconaudit.model import (
    Confidence,
    Finding,
    Note,
    Place,
    Problem,
    Severity,
    SkipReason,
    lines_of,
    mask,
)
from pytest_reconaudit.readers.cargo import CargoDependency
from pytest_reconaudit.readers.compose import ComposeFile, ComposeService
from pytest_reconaudit.readers.dockerfile import Dockerfile, Instruction, Stage
from pytest_reconaudit.readers.manifest import KubeObject
from pytest_reconaudit.readers.workflow import CompositeAction, Job, Step, Trigger, Workflow
from pytest_reconaudit.subjects import Nothing, Subject, fact, subject
from pytest_reconaudit.target import Target

__all__ = [
    "ACTIONS_TABLE_DATE",
    "IMAGES_TABLE_DATE",
    "SUCCESSORS_DATE",
    "ActionFile",
    "AppliedIndexes",
    "AssetFault",
    "AssetScope",
    "Autoscaler",
    "AutoscalerFile",
    "AwaitFile",
    "BadCall",
    "BaseImage",
    "BaseImages",
    "Bound",
    "BoundsScope",
    "BrokenFile",
    "BrokenReference",
    "BrokenTag",
    "BuildContext",
    "BuildInputs",
    "Buildable",
    "CacheLayer",
    "CacheMemory",
    "CacheOperation",
    "CacheWrites",
    "CachedKey",
    "CargoDependency",
    "CargoLock",
    "Claim",
    "Clash",
    "ClientFault",
    "ClientUse",
    "Clutter",
    "CommandFile",
    "CommittedFile",
    "CommittedMigrations",
    "ComparedSchema",
    "ComposeCalls",
    "ComposeFile",
    "ComposeService",
    "CompositeAction",
    "Confidence",
    "ConfigFile",
    "CrateBodies",
    "CrateSources",
    "CrateUse",
    "CrateWeight",
    "Dangling",
    "DataStore",
    "DatabaseChangers",
    "DeadStep",
    "DeclaredFile",
    "DeclaredIndex",
    "DeclaredPorts",
    "DeletedKey",
    "Dependency",
    "DeployJob",
    "Deployment",
    "DeploymentView",
    "Dockerfile",
    "DockerfileReferences",
    "Drift",
    "EarlySource",
    "EndedAction",
    "EntrySize",
    "EnvPair",
    "Excess",
    "ExtraIndexes",
    "Fallback",
    "FallbackFile",
    "FanOutFile",
    "Fault",
    "FaultGroup",
    "FileClaims",
    "FileImages",
    "FileReferences",
    "FilteredTable",
    "Finding",
    "FrontendApp",
    "FrontendService",
    "Gate",
    "GateFault",
    "GuardAcross",
    "HealthFault",
    "HealthFile",
    "HealthGates",
    "HeavyUse",
    "HiddenError",
    "IgnoredContext",
    "ImageFile",
    "ImageHealth",
    "ImagePin",
    "ImagePresence",
    "ImagePush",
    "ImageSecret",
    "ImageUser",
    "ImageUsers",
    "Images",
    "IndexDdl",
    "IndexGroup",
    "IndexSet",
    "IndexSource",
    "IndexTargets",
    "Injection",
    "InputFault",
    "Install",
    "Instruction",
    "InvalidIndex",
    "Job",
    "JobReach",
    "JobTests",
    "JudgedDocument",
    "JudgedScript",
    "KeptHistory",
    "KeyFault",
    "KeyGroup",
    "KeyScope",
    "KeyScopes",
    "KeyState",
    "KeyUse",
    "KeyValues",
    "KubeFault",
    "KubeFile",
    "KubeImage",
    "KubeObject",
    "Layers",
    "Leak",
    "Linted",
    "ListFile",
    "LiveIndexes",
    "LiveRepeats",
    "LiveVerdict",
    "LoadTargets",
    "LockFault",
    "LockFile",
    "LockSubject",
    "LogFile",
    "LongTransaction",
    "LongTransactions",
    "LostPath",
    "LostService",
    "LostSource",
    "LostTag",
    "LostValue",
    "MaskedError",
    "MaskedErrors",
    "MemoFile",
    "MigrationPlace",
    "MigrationRoot",
    "MigrationState",
    "Mismatch",
    "MisplacedModule",
    "MissingKey",
    "MissingMigration",
    "MissingPath",
    "MountedConfig",
    "NewMigration",
    "Note",
    "Nothing",
    "NpmCall",
    "NpmCalls",
    "PackageDependencies",
    "PayloadFile",
    "Pin",
    "PinnedFile",
    "Place",
    "PlacedLog",
    "PlacedRepeat",
    "PolicyScope",
    "PoolLoad",
    "PoolUse",
    "PortFile",
    "PortableFile",
    "Problem",
    "PublicValue",
    "QueryFile",
    "RecompiledRegexes",
    "Reentry",
    "ReferenceFile",
    "RegexFile",
    "ReleaseProfile",
    "RenderSet",
    "RepeatedQuery",
    "Repetition",
    "Requirement",
    "Requirements",
    "Rival",
    "RouterFile",
    "RustRoutes",
    "ScaleTarget",
    "Scaling",
    "ScannedTable",
    "ScannedTables",
    "SchemaChange",
    "ScriptErrors",
    "ScriptPaths",
    "ScriptStrictness",
    "SecretsFile",
    "SerializedList",
    "ServerStart",
    "ServiceHealth",
    "Severity",
    "SharedData",
    "SharedIntent",
    "Sighting",
    "SkipReason",
    "SlowStatements",
    "Split",
    "SplitFile",
    "Stack",
    "Stage",
    "StatementCounter",
    "Step",
    "StorageState",
    "StoreFile",
    "Subject",
    "Target",
    "ToolsShipped",
    "Trigger",
    "TwiceRouted",
    "TwinPair",
    "Unasked",
    "UnboundPort",
    "UnboundedWork",
    "Unexpanded",
    "UnindexedKey",
    "Unreferenced",
    "UnsetKey",
    "UnusedIndexes",
    "UsedAction",
    "VersionTwin",
    "Waiting",
    "WaitingFile",
    "WebFault",
    "Workflow",
    "WorkflowCaches",
    "WorkflowDeploys",
    "WorkflowExpressions",
    "WorkflowGates",
    "WorkflowInjections",
    "WorkflowMigrations",
    "WorkflowPaths",
    "WorkflowPushes",
    "WorkflowRunners",
    "WorkflowServices",
    "WorkflowTests",
    "WorkflowTrigger",
    "WorkflowTwin",
    "Workload",
    "WrongPort",
    "WrongPrefix",
    "also_in",
    "audit",
    "build_fix",
    "careless_places",
    "careless_sentence",
    "debug_of",
    "dockerfile_faults",
    "fact",
    "fallback_fix",
    "fallback_sentence",
    "final_stage",
    "images_also",
    "images_listed",
    "images_related",
    "is_aside_path",
    "is_development_name",
    "is_test_image_name",
    "key_places",
    "kilobytes",
    "leak_advice",
    "leak_groups",
    "leak_sentence",
    "lines_of",
    "listed_stores",
    "lock_fix",
    "lost_advice",
    "lost_elsewhere",
    "lost_ends",
    "lost_impact",
    "lost_severity",
    "mask",
    "moving_sentence",
    "report",
    "report_groups",
    "same_elsewhere",
    "shown_ttl",
    "skip",
    "subject",
    "tools_shipped",
    "weighed",
]
